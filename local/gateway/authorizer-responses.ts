/**
 * Calls the authorizer and caches its responses as API Gateway does: it caches the response (not the decision about
 * the route) for the time to live, by the identity sources. It caches no failures. A missing identity source is a 401
 * without a call.
 */
import type { APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import type { AuthorizerResult } from '../../lambda/authorizer/api-kinds.ts';
import type { AuthorizerHandler } from '../../lambda/authorizer/create-handler.ts';
import { note } from '../inspector/trace.ts';

export type AuthorizerResponse =
  | { readonly kind: 'result'; readonly result: AuthorizerResult }
  | { readonly kind: 'unauthorized' }
  | { readonly kind: 'failure' };

interface CachedResult {
  readonly result: AuthorizerResult;
  readonly untilMs: number;
}

/**
 * As in the deployed API: by path if any resource is greedy, since a response for one path is not valid for another
 * there.
 */
type CacheBy = 'path' | 'resourcePath';

const MAXIMUM_CACHED = 10_000;

export class AuthorizerResponses {
  readonly #authorizer: AuthorizerHandler;
  readonly #ttlMs: number;
  readonly #clock: () => number;
  readonly #cacheBy: CacheBy;
  readonly #cache = new Map<string, CachedResult>();

  /**
   * @param ttlSeconds 0 turns caching off
   * @param cacheBy the third part of the cache key, beside the credential and the method
   */
  constructor(authorizer: AuthorizerHandler, ttlSeconds: number, clock: () => number, cacheBy: CacheBy) {
    this.#cacheBy = cacheBy;
    this.#authorizer = authorizer;
    this.#ttlMs = ttlSeconds * 1000;
    this.#clock = clock;
  }

  async get(event: APIGatewayRequestAuthorizerEvent): Promise<AuthorizerResponse> {
    const response = await this.#find(event);
    note({ kind: 'authorizer_result', result: response.kind === 'result' ? response.result : response.kind });
    return response;
  }

  /** Forgets all responses, as `FlushStageAuthorizersCache` does. A call that is under way may still store its response. */
  flush(): void {
    this.#cache.clear();
  }

  async #find(event: APIGatewayRequestAuthorizerEvent): Promise<AuthorizerResponse> {
    if (this.#ttlMs === 0) {
      note({ kind: 'gateway_cache', outcome: 'off' });
      return this.#call(event);
    }
    const authorization = Object.entries(event.multiValueHeaders ?? {}).filter(([name]) =>
      /^authorization$/i.test(name),
    );
    if (authorization.length === 0) {
      note({ kind: 'gateway_cache', outcome: 'no_credential' });
      return { kind: 'unauthorized' };
    }
    const { httpMethod, resourcePath } = event.requestContext;
    const place = this.#cacheBy === 'path' ? event.path : resourcePath;
    const key = JSON.stringify([authorization, httpMethod, place]);
    const cached = this.#cache.get(key);
    const isUsable = cached !== undefined && this.#clock() < cached.untilMs;
    note({ kind: 'gateway_cache', outcome: isUsable ? 'hit' : 'miss' });
    if (isUsable) return { kind: 'result', result: cached.result };
    const response = await this.#call(event);
    if (response.kind === 'result') this.#store(key, response.result);
    return response;
  }

  async #call(event: APIGatewayRequestAuthorizerEvent): Promise<AuthorizerResponse> {
    try {
      return { kind: 'result', result: await this.#authorizer(event) };
    } catch (error) {
      return { kind: error instanceof Error && error.message === 'Unauthorized' ? 'unauthorized' : 'failure' };
    }
  }

  #store(key: string, result: AuthorizerResult): void {
    if (this.#cache.size >= MAXIMUM_CACHED) this.#cache.clear();
    this.#cache.set(key, { result, untilMs: this.#clock() + this.#ttlMs });
  }
}
