/** The authorizer as the function composes it, before a scripted Auth0 tenant. No request takes any time. */
import type { AuthorizationRequest, Authorizer } from '../../../src/authorizer/authorizer.ts';
import type { Decision } from '../../../src/authorizer/decision.ts';
import type { HttpRequest } from '../../../src/core/http.ts';
import { FrozenClock } from './clock.ts';
import { type ConfigurationChanges, compose, requestWith } from './composed.ts';
import { INACTIVE, INTROSPECTION_URL } from './introspection-responses.ts';
import { type IssuerKey, JWKS_URL } from './issuer.ts';
import { form, json, type Reply, ScriptedHttp } from './scripted-http.ts';
import { TOKEN_URL, WRONG_PASSWORD } from './token-endpoint.ts';

const ROUTES = { 'GET /foo': ['read:foo'], 'POST /foo': ['create:foo'], 'GET /whoami': [] };
const GRANT_CLIENT = { clientId: 'grant-client', clientSecret: 'grant-client-secret' };

export interface WorldSettings {
  readonly configuration?: ConfigurationChanges;
  readonly hasPasswordGrant?: boolean;
  readonly issuerKeys?: readonly IssuerKey[];
}

export class World {
  readonly clock = new FrozenClock();
  /** The tokens that the tenant knows, with the introspection response for each. Other tokens are inactive. */
  readonly tokens = new Map<string, Reply>();
  /** `username:password` → the response to a login. Other logins fail. */
  readonly passwords = new Map<string, Reply>();
  /** If set, the response to every request. */
  outage: Reply | undefined;
  readonly http = new ScriptedHttp((request) => this.outage ?? this.#respond(request));
  readonly #authorizer: Authorizer;
  readonly #issuerKeys: readonly IssuerKey[];

  constructor({ configuration = {}, hasPasswordGrant = true, issuerKeys = [] }: WorldSettings = {}) {
    this.#issuerKeys = issuerKeys;
    this.#authorizer = compose(
      this.http,
      this.clock,
      { routes: ROUTES, ...configuration },
      hasPasswordGrant ? { passwordGrantClient: async () => GRANT_CLIENT } : {},
    );
  }

  /** How many requests the tenant received: logins, introspections, fetches of the keys. */
  get counts(): { logins: number; introspections: number; keyFetches: number } {
    return {
      logins: this.http.to(TOKEN_URL).length,
      introspections: this.http.to(INTROSPECTION_URL).length,
      keyFetches: this.http.to(JWKS_URL).length,
    };
  }

  /** Decides on a request to `GET /foo` that carries one header. */
  decide(authorization: string, changes: Partial<AuthorizationRequest> = {}): Promise<Decision> {
    return this.#authorizer.decide(requestWith(authorization, changes));
  }

  #respond(request: HttpRequest): Reply {
    if (request.url === JWKS_URL) return json(200, { keys: this.#issuerKeys.map((key) => key.publicJwk) });
    const { token, username, password } = form(request);
    if (request.url === INTROSPECTION_URL) return this.tokens.get(String(token)) ?? INACTIVE;
    return this.passwords.get(`${username}:${password}`) ?? WRONG_PASSWORD;
  }
}
