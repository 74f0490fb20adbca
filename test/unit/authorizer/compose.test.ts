/** The wiring of the authorizer: each part gets the issuer, client, endpoint and setting that are meant for it. */

import { jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import type { AuthorizerPorts } from '../../../src/authorizer/compose.ts';
import type { HttpRequest } from '../../../src/core/http.ts';
import { NOW_MS } from '../../support/core/clock.ts';
import { basic, Composed, type ConfigurationChanges, signingKey } from '../../support/core/composed.ts';
import { unauthenticated } from '../../support/core/errors.ts';
import { activePassword, INACTIVE, INTROSPECTION_URL } from '../../support/core/introspection-responses.ts';
import { AUDIENCE, ISSUER, JWKS_URL, makeIssuerKey, mint } from '../../support/core/issuer.ts';
import { form, json, type Reply } from '../../support/core/scripted-http.ts';
import { loggedIn, TOKEN_URL, WRONG_PASSWORD } from '../../support/core/token-endpoint.ts';

const OTHER = 'https://other.example/';
const OTHER_JWKS_URL = `${OTHER}.well-known/jwks.json`;
const OTHER_INTROSPECTION_URL = `${OTHER}oauth/introspect`;
const RFC7662 = {
  issuer: 'https://idp.example',
  profile: 'rfc7662',
  jwksUrl: 'https://idp.example/keys',
  introspectionUrl: 'https://idp.example/introspect',
};
const USER = 'user@example.com';
const ASP = 'abcdefghijklmnop';
const issuerKey = await makeIssuerKey('ec-1', 'ES256');
const otherKey = await makeIssuerKey('ec-2', 'ES256');
const jwt = await mint(issuerKey);
const otherJwt = await mint(otherKey, { iss: OTHER });

interface Servers {
  readonly configuration?: ConfigurationChanges;
  readonly ports?: Partial<AuthorizerPorts>;
  /** The response of each URL to introspections and logins. */
  readonly responses?: Readonly<Record<string, Reply>>;
}

/** Issuers that publish their keys, and know only the given tokens and passwords. */
function composed({ configuration = {}, ports = {}, responses = {} }: Servers = {}): Composed {
  const usual: Readonly<Record<string, Reply>> = {
    [JWKS_URL]: json(200, { keys: [issuerKey.publicJwk] }),
    [OTHER_JWKS_URL]: json(200, { keys: [otherKey.publicJwk] }),
    [TOKEN_URL]: WRONG_PASSWORD,
  };
  return new Composed(({ url }: HttpRequest) => responses[url] ?? usual[url] ?? INACTIVE, configuration, ports);
}

const twoTenants = { issuers: [{ issuer: OTHER }] };
const allow = expect.objectContaining({ outcome: 'allow' });

describe('the calls of a decision', () => {
  it('go to the key, token and introspection endpoints under their own names', async () => {
    const authorizer = composed();
    expect(await authorizer.decide(`Bearer ${jwt}`)).toMatchObject({
      endpoints: ['jwks'],
      outside: { calls: [JWKS_URL] },
    });
    expect(await authorizer.decide('Bearer opaque')).toMatchObject({
      endpoints: ['introspection'],
      outside: { calls: [INTROSPECTION_URL] },
    });
    expect(await authorizer.decide(basic(USER, 'correct horse'))).toMatchObject({
      endpoints: ['token', 'introspection'],
      outside: { calls: [TOKEN_URL, INTROSPECTION_URL] },
    });
  });

  it('authenticate to an Auth0 tenant as the API, with an assertion for that tenant', async () => {
    const authorizer = composed({ configuration: twoTenants });
    await authorizer.decide('Bearer opaque');
    for (const [url, issuer] of [
      [INTROSPECTION_URL, ISSUER],
      [OTHER_INTROSPECTION_URL, OTHER],
    ] as const) {
      const assertion = String(form(authorizer.http.to(url)[0]).client_assertion);
      const { payload } = await jwtVerify(assertion, signingKey.publicKey, { currentDate: new Date(NOW_MS) });
      expect(payload).toMatchObject({ iss: AUDIENCE, sub: AUDIENCE, aud: issuer });
      expect(payload.jti).toMatch(/^[\w-]{20,64}$/);
    }
  });

  it('authenticate to an RFC 7662 server as the configured client', async () => {
    const authorizer = composed({ configuration: { issuers: [{ ...RFC7662, clientId: 'api-client' }] } });
    await authorizer.decide('Bearer opaque');
    const [request] = authorizer.http.to(RFC7662.introspectionUrl);
    const assertion = new URLSearchParams(request?.body).get('client_assertion') ?? '';
    const { payload } = await jwtVerify(assertion, signingKey.publicKey, { currentDate: new Date(NOW_MS) });
    expect(payload).toMatchObject({ iss: 'api-client', sub: 'api-client', aud: RFC7662.issuer });
  });

  it('authenticate by a secret, which is read by its name, to a server that has one', async () => {
    const read: string[] = [];
    const authorizer = composed({
      configuration: { issuers: [{ ...RFC7662, clientSecret: 'idp-client' }] },
      ports: {
        issuerClient: async (secretId) => {
          read.push(secretId);
          return { clientId: 'id', clientSecret: 'secret' };
        },
      },
      responses: { [RFC7662.introspectionUrl]: activePassword({ iss: undefined, token_type: 'Bearer' }) },
    });
    expect(await authorizer.decide('Bearer opaque')).toMatchObject({
      decision: { outcome: 'allow', principal: { issuer: RFC7662.issuer } },
    });
    expect(read).toEqual(['idp-client']);
    expect(authorizer.http.to(RFC7662.introspectionUrl)[0]?.headers.authorization).toBe(basic('id', 'secret'));
  });

  it('fail with a configuration error if the secret of a server cannot be read here', async () => {
    const authorizer = composed({ configuration: { issuers: [{ ...RFC7662, clientSecret: 'idp-client' }] } });
    expect((await authorizer.decide('Bearer opaque')).decision).toEqual({
      outcome: 'unavailable',
      reason: 'configuration_invalid',
      message: 'The secret "idp-client" cannot be read, because secrets of issuers are not available here.',
    });
  });
});

describe('a second issuer', () => {
  it('has its own keys for JWTs', async () => {
    const authorizer = composed({ configuration: twoTenants });
    expect(await authorizer.decide(`Bearer ${otherJwt}`)).toMatchObject({
      decision: allow,
      outside: { calls: [OTHER_JWKS_URL] },
    });
    expect(await authorizer.decide(`Bearer ${jwt}`)).toMatchObject({ decision: allow, outside: { calls: [JWKS_URL] } });
  });

  it('introspects its own JWTs if `introspectJwts` is set', async () => {
    const active = activePassword({ iss: OTHER, token_type: 'Bearer' });
    for (const [introspectJwts, calls] of [
      [true, [OTHER_JWKS_URL, OTHER_INTROSPECTION_URL]],
      [false, [OTHER_JWKS_URL]],
    ] as const) {
      const authorizer = composed({
        configuration: { ...twoTenants, introspectJwts },
        responses: { [OTHER_INTROSPECTION_URL]: active },
      });
      expect(await authorizer.decide(`Bearer ${otherJwt}`)).toMatchObject({ decision: allow, outside: { calls } });
    }
  });

  it('never sees an app specific password that is sent as a Basic secret', async () => {
    const authorizer = composed({
      configuration: twoTenants,
      responses: { [OTHER_INTROSPECTION_URL]: activePassword({ iss: OTHER }) },
    });
    for (const secret of [ASP, 'a wrong password']) {
      const { decision, outside } = await authorizer.decide(basic(USER, secret));
      expect(decision).toEqual(unauthenticated('token_inactive'));
      expect(outside.calls).not.toContain(OTHER_INTROSPECTION_URL);
    }
  });

  it('cannot vouch for the token that a login at the main issuer returns', async () => {
    const authorizer = composed({ configuration: twoTenants, responses: { [TOKEN_URL]: loggedIn(otherJwt) } });
    const { decision, outside } = await authorizer.decide(basic(USER, 'correct horse'));
    expect(decision).toMatchObject({ outcome: 'unauthenticated' });
    expect(outside.calls).not.toContain(OTHER_JWKS_URL);
  });
});

describe('a password in a Basic credential', () => {
  it('returns a JWT that is introspected too if `introspectJwts` is set', async () => {
    for (const [introspectJwts, outcome] of [
      [true, 'unauthenticated'],
      [false, 'allow'],
    ] as const) {
      const authorizer = composed({ configuration: { introspectJwts }, responses: { [TOKEN_URL]: loggedIn(jwt) } });
      expect((await authorizer.decide(basic(USER, 'correct horse'))).outside.outcome).toBe(outcome);
    }
  });

  it('is checked for the API and the scopes of its routes, as the configured client', async () => {
    const routes = { 'GET /foo': ['read:foo'], 'POST /foo': ['create:foo'] };
    const authorizer = composed({ configuration: { routes } });
    await authorizer.decide(basic(USER, 'correct horse'));
    expect(form(authorizer.http.to(TOKEN_URL)[0])).toMatchObject({
      audience: AUDIENCE,
      scope: 'create:foo read:foo',
      client_id: 'grant-client',
      client_secret: 'grant-client-secret',
    });
  });

  it('is only introspected if there is no client for the password grant', async () => {
    const authorizer = composed({ ports: { passwordGrantClient: undefined } });
    expect((await authorizer.decide(basic(USER, 'correct horse'))).outside.calls).toEqual([INTROSPECTION_URL]);
  });
});

describe('the permissions of a JWT', () => {
  it('count as scopes if `permissionsAsScopes` is set', async () => {
    const withPermission = await mint(issuerKey, { scope: '', permissions: ['read:foo'] });
    for (const [permissionsAsScopes, outcome] of [
      [true, 'allow'],
      [false, 'deny'],
    ] as const) {
      const authorizer = composed({ configuration: { permissionsAsScopes } });
      expect((await authorizer.decide(`Bearer ${withPermission}`)).outside.outcome).toBe(outcome);
    }
  });
});
