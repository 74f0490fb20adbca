/**
 * Decides whether a request may call a route. The adapters in `lambda/authorizer` bring the request here and turn the
 * decision into what API Gateway expects.
 */
import type { Clock } from '../core/clock.ts';
import { type Credential, parseCredential } from '../core/credential.ts';
import type { DigestCredential } from '../core/credential-digest.ts';
import { ConfigurationError, CredentialError, IssuerError, SharedStateError } from '../core/errors.ts';
import { type CalledRoute, type RouteMap, type ScopeRequirement, satisfies, scopesOf } from '../core/routes.ts';
import { DECISION_DEADLINE_MS, type IssuerEvent } from '../issuer/issuer-endpoint.ts';
import { isCompactJws } from '../issuer/jwt.ts';
import type { PrincipalTokens } from '../principal-token/principal-tokens.ts';
import type { BoundRequest, BoundTokens } from '../proof-of-possession/bound-tokens.ts';
import type { TableEvent } from '../shared-state/table-access.ts';
import { type Authenticator, authenticate } from './authenticator.ts';
import type { Decision } from './decision.ts';
import { assertOrganization } from './organization-check.ts';
import type { PrincipalCache, Resolved } from './principal-cache.ts';
import type { CredentialForm, RevocationCheck } from './revocation-check.ts';

export interface AuthorizerSettings {
  readonly authenticators: readonly Authenticator[];
  readonly cache: PrincipalCache;
  readonly digest: DigestCredential;
  readonly routes: RouteMap;
  /** The API to which `routes` does not apply, and what all of it requires. @default none */
  readonly appPasswordsApi?: { readonly id: string; readonly requirement: ScopeRequirement } | undefined;
  readonly boundTokens: BoundTokens;
  /** The audience of the API, if it has only one. Principals do not name it then. */
  readonly onlyAudience?: string | undefined;
  readonly clock: Clock;
  /** The ids of the organizations whose members may call. None if the organization does not matter. */
  readonly allowedOrganizations: readonly string[];
  /** The user names whose Basic secret is a token. @default none */
  readonly tokenUsers?: readonly string[] | undefined;
  /** @default no credential is revoked before its caches expire */
  readonly revocation?: RevocationCheck | undefined;
  /** Signs the principal for the backend. @default the backend gets no token */
  readonly tokens?: PrincipalTokens | undefined;
  /** Fetches what the first request will probably need. Never rejects. */
  readonly prefetch: () => Promise<void>;
}

/** What happened during a decision, for logs and metrics. */
export type DecisionEvent = IssuerEvent | TableEvent;
export type DecisionObserver = (event: DecisionEvent) => void;

/** A request, in the same form for every kind of API. */
export interface AuthorizationRequest extends CalledRoute, BoundRequest {
  /** The id of the called REST API. The gateway sets it, not the caller. */
  readonly apiId?: string | undefined;
  /** The values of all `Authorization` headers of the request, and what stands for one. */
  readonly authorization: readonly string[];
  /** Where the token was, if not in a header `Authorization`. For the log. */
  readonly carrier?: 'subprotocol' | undefined;
  /** The caller's IP address as the gateway saw it. */
  readonly callerIp?: string | undefined;
  /** Finds the caller's address as a trusted CDN reports it. Called only for logins, because only they are counted by address. */
  readonly viewerAddress?: (() => Promise<string | undefined>) | undefined;
}

export class Authorizer {
  readonly #settings: AuthorizerSettings;

  constructor(settings: AuthorizerSettings) {
    this.#settings = settings;
  }

  /**
   * Fetches what the first request will probably need. If that fails, the request fetches it.
   *
   * @returns resolves when the fetch has succeeded or failed. Never rejects
   */
  prefetch(): Promise<void> {
    return this.#settings.prefetch();
  }

  /**
   * Decides whether a request may call its route.
   *
   * @param observe is called for every call to an issuer or a shared table that this request causes
   * @returns the decision. Refusals, outages and unusable keys are decisions too, so this throws only because of a bug
   */
  async decide(request: AuthorizationRequest, observe?: DecisionObserver): Promise<Decision> {
    try {
      const sign = this.#settings.tokens?.start();
      const decision = this.#decideFor(await this.#resolve(request, observe), request);
      return sign && decision.outcome === 'allow' ? { ...decision, token: await sign(decision.principal) } : decision;
    } catch (error) {
      if (error instanceof CredentialError) {
        return { outcome: 'unauthenticated', reason: error.code, message: error.message };
      }
      if (isUnavailable(error)) return { outcome: 'unavailable', reason: error.code, message: error.message };
      throw error;
    }
  }

  async #resolve(request: AuthorizationRequest, observe: DecisionObserver | undefined): Promise<Resolved> {
    const { authenticators, cache, digest, clock, revocation, boundTokens, tokenUsers, allowedOrganizations } =
      this.#settings;
    const { callerIp, viewerAddress } = request;
    const credential = parseCredential(request.authorization, tokenUsers);
    const proof = boundTokens.verifyProofOf(credential, request);
    const form = formOf(credential);
    // The shared tables use up some of it. A revocation relies on the whole: see the second flush.
    const deadlineMs = clock() + DECISION_DEADLINE_MS;
    const lookUp = () => {
      const context = { deadlineMs, observe, callerIp: callerIp || undefined, viewerAddress };
      return authenticate(authenticators, credential, context);
    };
    const resolved = await cache.resolve({ digest: digest(credential), credential, form, lookUp, observe });
    // After the cache: another container may have shared the principal before the list changed.
    assertOrganization(resolved.principal, allowedOrganizations);
    if (form === 'jwt') await revocation?.assertJwtStands(resolved.principal, observe);
    await boundTokens.assertHolder(resolved.principal, proof, request, observe);
    return resolved;
  }

  #decideFor({ principal, cacheHit }: Resolved, called: AuthorizationRequest): Decision {
    const { routes, appPasswordsApi, onlyAudience } = this.#settings;
    const requirement =
      appPasswordsApi && appPasswordsApi.id === called.apiId ? appPasswordsApi.requirement : routes.requirement(called);
    const required = requirement?.audience;
    // RFC 9068 section 4: for this route, it is a token for another resource server.
    if (required !== undefined && !(principal.audiences ?? [onlyAudience]).includes(required))
      throw new CredentialError('audience_mismatch', 'The token is not for the audience that the route requires.');
    if (requirement && satisfies(principal.scopes, requirement)) return { outcome: 'allow', principal, cacheHit };
    const reason = requirement ? 'scope_missing' : 'route_unknown';
    const requiredScopes = requirement ? scopesOf(requirement) : [];
    return { outcome: 'deny', reason, principal, requiredScopes, cacheHit };
  }
}

function formOf(credential: Credential): CredentialForm {
  if (credential.kind === 'basic') return 'basic';
  return isCompactJws(credential.token) ? 'jwt' : 'opaque';
}

/** Whether the error is an outage or a fault of our configuration, and not a bug. */
function isUnavailable(error: unknown): error is IssuerError | ConfigurationError | SharedStateError {
  return error instanceof IssuerError || error instanceof ConfigurationError || error instanceof SharedStateError;
}
