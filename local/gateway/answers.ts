/**
 * Asks the authorizer and keeps its answers as API Gateway does: the answer (not the decision about the route) is kept
 * for the time to live under the identity sources, failures are not, and a missing source is a 401 without a call.
 */
import type { APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import type { AuthorizerResult } from '../../lambda/authorizer/api-kinds.ts';
import type { AuthorizerHandler } from '../../lambda/authorizer/create-handler.ts';

export type AuthorizerResponse =
  | { readonly kind: 'answer'; readonly result: AuthorizerResult }
  | { readonly kind: 'unauthorized' }
  | { readonly kind: 'failure' };

interface Kept {
  readonly result: AuthorizerResult;
  readonly untilMs: number;
}

/** As the deployed API: by path where some resource is greedy, since one path's response is not another's there. */
type KeepBy = 'path' | 'resourcePath';

const MAXIMUM_KEPT = 10_000;

export class AuthorizerResponses {
  readonly #authorizer: AuthorizerHandler;
  readonly #ttlMs: number;
  readonly #clock: () => number;
  readonly #keepBy: KeepBy;
  readonly #kept = new Map<string, Kept>();

  /**
   * @param ttlSeconds 0 turns caching off
   * @param keepBy the identity source beside the credential and the method
   */
  constructor(authorizer: AuthorizerHandler, ttlSeconds: number, clock: () => number, keepBy: KeepBy) {
    this.#keepBy = keepBy;
    this.#authorizer = authorizer;
    this.#ttlMs = ttlSeconds * 1000;
    this.#clock = clock;
  }

  async ask(event: APIGatewayRequestAuthorizerEvent): Promise<AuthorizerResponse> {
    if (this.#ttlMs === 0) return this.#call(event);
    const authorization = Object.entries(event.multiValueHeaders ?? {}).filter(([name]) =>
      /^authorization$/i.test(name),
    );
    if (authorization.length === 0) return { kind: 'unauthorized' };
    const { httpMethod, resourcePath } = event.requestContext;
    const place = this.#keepBy === 'path' ? event.path : resourcePath;
    const key = JSON.stringify([authorization, httpMethod, place]);
    const kept = this.#kept.get(key);
    if (kept && this.#clock() < kept.untilMs) return { kind: 'answer', result: kept.result };
    const answer = await this.#call(event);
    if (answer.kind === 'answer') this.#keep(key, answer.result);
    return answer;
  }

  async #call(event: APIGatewayRequestAuthorizerEvent): Promise<AuthorizerResponse> {
    try {
      return { kind: 'answer', result: await this.#authorizer(event) };
    } catch (error) {
      return { kind: error instanceof Error && error.message === 'Unauthorized' ? 'unauthorized' : 'failure' };
    }
  }

  #keep(key: string, result: AuthorizerResult): void {
    if (this.#kept.size >= MAXIMUM_KEPT) this.#kept.clear();
    this.#kept.set(key, { result, untilMs: this.#clock() + this.#ttlMs });
  }
}
