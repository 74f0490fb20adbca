/** The whole core before a scripted authorization server: every part real, but for HTTP, the clock and the key store. */
import type { Authenticator } from '../../../src/authorizer/authenticator.ts';
import { type AuthorizationRequest, Authorizer } from '../../../src/authorizer/authorizer.ts';
import { BasicAuthenticator, type BasicOrder } from '../../../src/authorizer/basic-authenticator.ts';
import { JwtAuthenticator } from '../../../src/authorizer/jwt-authenticator.ts';
import { OpaqueTokenAuthenticator } from '../../../src/authorizer/opaque-token-authenticator.ts';
import { PrincipalCache } from '../../../src/authorizer/principal-cache.ts';
import { credentialDigest } from '../../../src/core/credential-digest.ts';
import type { HttpRequest } from '../../../src/core/http.ts';
import { RouteMap } from '../../../src/core/routes.ts';
import { PrivateKeyJwt } from '../../../src/issuer/client-authentication.ts';
import { Introspection } from '../../../src/issuer/introspection.ts';
import { INTROSPECTION_PROFILES } from '../../../src/issuer/introspection-profile.ts';
import { Jwks } from '../../../src/issuer/jwks.ts';
import { JwtVerifier } from '../../../src/issuer/jwt.ts';
import { PasswordGrant } from '../../../src/issuer/password-grant.ts';
import { SigningKeyRing } from '../../../src/signing-key/signing-key-ring.ts';
import { FrozenClock } from './clock.ts';
import { INACTIVE, INTROSPECTION_URL } from './introspection-answers.ts';
import { AUDIENCE, expectations, ISSUER, type IssuerKey, JWKS_URL } from './issuer.ts';
import { issuerEndpointOver } from './issuer-endpoints.ts';
import { form, json, type Reply, ScriptedHttp } from './scripted-http.ts';
import { makeSigningKey, StoreOfKeys } from './signing-keys.ts';
import { TOKEN_URL, WRONG_PASSWORD } from './token-endpoint.ts';

const signingKey = makeSigningKey('signing-key');

export interface WorldSettings {
  readonly order?: BasicOrder;
  readonly hasPasswordGrant?: boolean;
  readonly introspectsJwts?: boolean;
  readonly staleIfErrorSeconds?: number;
  readonly uncachedScopes?: readonly string[];
  readonly issuerKeys?: readonly IssuerKey[];
}

export class World {
  readonly clock = new FrozenClock();
  /** What the server knows: a token → the answer about it. Others are inactive. */
  readonly tokens = new Map<string, Reply>();
  /** `username:password` → the answer to a login. Others are wrong. */
  readonly passwords = new Map<string, Reply>();
  /** Set: what every request is answered. */
  outage: Reply | undefined;
  readonly http = new ScriptedHttp((request) => this.outage ?? this.#answer(request));
  readonly bearerAuthenticators: readonly Authenticator[];
  readonly basicAuthenticator: Authenticator;
  readonly authorizer: Authorizer;
  readonly #issuerKeys: readonly IssuerKey[];

  constructor(settings: WorldSettings = {}) {
    const { clock, http } = this;
    this.#issuerKeys = settings.issuerKeys ?? [];
    const digest = credentialDigest('salt');
    const routes = new RouteMap({ 'GET /foo': ['read:foo'], 'POST /foo': ['create:foo'], 'GET /whoami': [] });
    const expected = expectations(clock);
    let ids = 0;
    const introspection = new Introspection({
      url: INTROSPECTION_URL,
      endpoint: issuerEndpointOver(http, clock),
      clientAuthentication: new PrivateKeyJwt({
        keys: new SigningKeyRing(new StoreOfKeys([signingKey]), clock.read),
        clientId: AUDIENCE,
        audience: ISSUER,
        clock: clock.read,
        uniqueId: () => `jti-${++ids}`,
      }),
      profile: INTROSPECTION_PROFILES.auth0,
      expected,
    });
    const passwordGrant = new PasswordGrant({
      url: TOKEN_URL,
      endpoint: issuerEndpointOver(http, clock, 'token'),
      readClient: async () => ({ clientId: 'grant-client', clientSecret: 'grant-client-secret' }),
      audience: AUDIENCE,
      scopes: routes.scopes,
      clock: clock.read,
      digest,
    });
    const jwks = new Jwks({ url: JWKS_URL, endpoint: issuerEndpointOver(http, clock, 'jwks'), clock: clock.read });
    const verifier = new JwtVerifier({ jwks, expected, permissionsAsScopes: false });
    this.bearerAuthenticators = [
      new JwtAuthenticator([
        { issuer: ISSUER, verifier, introspector: settings.introspectsJwts ? introspection : undefined },
      ]),
      new OpaqueTokenAuthenticator(introspection),
    ];
    this.basicAuthenticator = new BasicAuthenticator({
      order: settings.order ?? 'auto',
      introspector: introspection,
      passwordGrant: (settings.hasPasswordGrant ?? true) ? passwordGrant : undefined,
      bearerAuthenticators: this.bearerAuthenticators,
      digest,
    });
    const cache = new PrincipalCache({
      clock: clock.read,
      cacheTtlSeconds: 300,
      negativeTtlSeconds: 10,
      staleIfErrorSeconds: settings.staleIfErrorSeconds ?? 0,
      uncachedScopes: settings.uncachedScopes ?? [],
    });
    this.authorizer = new Authorizer({
      authenticators: [...this.bearerAuthenticators, this.basicAuthenticator],
      cache,
      digest,
      routes,
      clock: clock.read,
    });
  }

  /** How often the server was asked: logins, introspections, fetches of the keys. */
  get counts(): { logins: number; introspections: number; keyFetches: number } {
    return {
      logins: this.http.to(TOKEN_URL).length,
      introspections: this.http.to(INTROSPECTION_URL).length,
      keyFetches: this.http.to(JWKS_URL).length,
    };
  }

  /** Decides on a request to `GET /foo` that carries one header. */
  decide(authorization: string, changes: Partial<AuthorizationRequest> = {}) {
    const called = { method: 'GET', resourcePath: '/foo', path: '/foo' };
    return this.authorizer.decide({ ...called, authorization: [authorization], ...changes });
  }

  #answer(request: HttpRequest): Reply {
    if (request.url === JWKS_URL) return json(200, { keys: this.#issuerKeys.map((key) => key.publicJwk) });
    const { token, username, password } = form(request);
    if (request.url === INTROSPECTION_URL) return this.tokens.get(String(token)) ?? INACTIVE;
    return this.passwords.get(`${username}:${password}`) ?? WRONG_PASSWORD;
  }
}

export function basic(username: string, secret: string): string {
  return `Basic ${Buffer.from(`${username}:${secret}`).toString('base64')}`;
}
