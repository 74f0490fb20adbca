import { createPublicKey, type KeyObject } from 'node:crypto';
import fc from 'fast-check';
import { jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import type { ClientCredentials } from '../../../src/core/client-credentials.ts';
import { CredentialError, IssuerError } from '../../../src/core/errors.ts';
import type { HttpRequest } from '../../../src/core/http.ts';
import { PrivateKeyJwt, StoredClient } from '../../../src/issuer/client-authentication.ts';
import { ClientCredentialsCache } from '../../../src/issuer/client-credentials-cache.ts';
import { Introspection } from '../../../src/issuer/introspection.ts';
import { INTROSPECTION_PROFILES, type IntrospectionProfile } from '../../../src/issuer/introspection-profile.ts';
import { SigningKeyRing } from '../../../src/signing-key/signing-key-ring.ts';
import { OTHER_RSA, RSA } from '../../support/core/client-keys.ts';
import { FrozenClock, NOW_MS, NOW_SECONDS } from '../../support/core/clock.ts';
import { basic } from '../../support/core/composed.ts';
import { caught, credentialError, everythingIn, issuerError } from '../../support/core/errors.ts';
import {
  activePassword,
  INACTIVE,
  INTROSPECTION_URL,
  INVALID_CLIENT,
} from '../../support/core/introspection-responses.ts';
import { AUDIENCE, expectations, ISSUER } from '../../support/core/issuer.ts';
import { contextFrom, issuerEndpointOver } from '../../support/core/issuer-endpoints.ts';
import { failure, form, json, type Reply, type Script, ScriptedHttp, text } from '../../support/core/scripted-http.ts';
import { makeSigningKey, type SigningKeyPair, StoreOfKeys } from '../../support/core/signing-keys.ts';

const keyA = makeSigningKey('key-a');
const keyB = makeSigningKey('key-b');
const keyC = makeSigningKey('key-c');
const TOKEN = 'abcdefghijklmnop';

function introspectionOver(
  script: Script,
  store = new StoreOfKeys([keyA]),
  profile: IntrospectionProfile = INTROSPECTION_PROFILES.auth0,
  clientId = AUDIENCE,
) {
  const clock = new FrozenClock();
  const http = new ScriptedHttp(script);
  let ids = 0;
  const introspection = new Introspection({
    url: INTROSPECTION_URL,
    endpoint: issuerEndpointOver(http, clock),
    clientAuthentication: new PrivateKeyJwt({
      keys: new SigningKeyRing(store, clock.read),
      clientId,
      audience: ISSUER,
      clock: clock.read,
      uniqueId: () => `jti-${++ids}`,
    }),
    profile,
    expected: expectations(clock),
  });
  return { clock, http, store, introspect: () => introspection.introspect(TOKEN, contextFrom(clock)) };
}

const introspectWith = (reply: Reply) => introspectionOver(() => reply).introspect();

/** The server's view: the assertion of a request, verified with one of the keys on record. */
async function assertionOf(http: ScriptedHttp, index: number, ...keys: readonly SigningKeyPair[]) {
  const assertion = String(form(http.requests[index]).client_assertion);
  return jwtVerify(assertion, ({ kid }) => keys.find((key) => key.kid === kid)?.publicKey ?? keyC.publicKey, {
    currentDate: new Date(NOW_MS),
  });
}

const THUMBPRINT = '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I';

describe('the introspection request', () => {
  it('contains the token and a client assertion as JSON', async () => {
    const { http, introspect } = introspectionOver(() => activePassword());
    await introspect();
    const [request] = http.requests;
    expect(request).toMatchObject({
      method: 'POST',
      url: INTROSPECTION_URL,
      headers: { 'content-type': 'application/json', accept: 'application/json' },
    });
    expect(form(request)).toEqual({
      token: TOKEN,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
    });
  });

  it('is signed by the resource server for the issuer and expires within a minute', async () => {
    const { http, introspect } = introspectionOver(() => activePassword());
    await introspect();
    const { payload, protectedHeader } = await assertionOf(http, 0, keyA);
    expect(protectedHeader).toEqual({ alg: 'RS256', kid: 'key-a', typ: 'JWT' });
    expect(payload).toEqual({
      iss: AUDIENCE,
      sub: AUDIENCE,
      aud: ISSUER,
      iat: NOW_SECONDS - 5,
      exp: NOW_SECONDS + 60,
      jti: 'jti-1',
    });
  });

  it('has a new assertion each time, even in a retry', async () => {
    const replies = [activePassword(), failure('connection'), activePassword()];
    const { http, introspect } = introspectionOver(() => replies.shift() ?? INACTIVE);
    await introspect();
    await introspect();
    const ids = await Promise.all([0, 1, 2].map((index) => assertionOf(http, index, keyA)));
    expect(ids.map(({ payload }) => payload.jti)).toEqual(['jti-1', 'jti-2', 'jti-3']);
  });
});

describe('the format of the introspection request', () => {
  const isJson = ({ headers }: HttpRequest) => headers['content-type'] === 'application/json';
  const formatsOf = ({ requests }: ScriptedHttp) => requests.map((request) => (isJson(request) ? 'json' : 'form'));
  const REFUSED = json(400, { error: 'invalid_request' });

  it.each([400, 415])(
    'changes to a form if JSON is refused with %i, and a form is used from then on',
    async (status) => {
      const { http, introspect } = introspectionOver((request) =>
        isJson(request) ? text(status, '') : activePassword(),
      );
      expect((await introspect()).subject).toBe('auth0|1234');
      expect((await introspect()).subject).toBe('auth0|1234');
      expect(formatsOf(http)).toEqual(['json', 'form', 'form']);
      const assertions = http.requests.slice(1).map(({ body }) => new URLSearchParams(body).get('client_assertion'));
      expect(new Set(assertions).size).toBe(2);
    },
  );

  it('is compared at most every 30 s once it has worked, so that 400s for credentials do not double the calls', async () => {
    const { clock, http, introspect } = introspectionOver(() => INACTIVE);
    expect(await caught(introspect)).toMatchObject({ code: 'token_inactive' });
    http.script = () => REFUSED;
    for (let second = 0; second < 30; second += 1) {
      expect(await caught(introspect)).toMatchObject({ code: 'issuer_refused' });
      clock.advanceSeconds(1);
    }
    expect(formatsOf(http)).toHaveLength(1 + 30 + 1);
    await caught(introspect);
    expect(formatsOf(http)).toHaveLength(1 + 30 + 1 + 2);
    http.script = () => activePassword();
    await introspect();
    expect(formatsOf(http).at(-1)).toBe('json');
  });

  it('changes even after it has worked if the server then refuses it with 400', async () => {
    const { clock, http, introspect } = introspectionOver(() => INACTIVE);
    await caught(introspect);
    clock.advanceSeconds(30);
    http.script = (request) => (isJson(request) ? REFUSED : activePassword());
    await introspect();
    await introspect();
    expect(formatsOf(http)).toEqual(['json', 'json', 'form', 'form']);
  });

  it('changes even after it has worked if the server responds with 415', async () => {
    const replies = [INACTIVE, text(415, ''), activePassword(), activePassword()];
    const { http, introspect } = introspectionOver(() => replies.shift() ?? INACTIVE);
    await caught(introspect);
    await introspect();
    await introspect();
    expect(formatsOf(http)).toEqual(['json', 'json', 'form', 'form']);
  });

  it('is not remembered if both formats are refused, and the first response is reported', async () => {
    const { http, introspect } = introspectionOver((request) => (isJson(request) ? REFUSED : text(415, '')));
    await expect(introspect()).rejects.toThrow(
      issuerError('issuer_refused', 'The introspection endpoint responded with 400.'),
    );
    await caught(introspect);
    expect(formatsOf(http)).toEqual(['json', 'form', 'json', 'form']);
  });

  it('changes if the server finds no client in a body that it cannot read', async () => {
    const { http, introspect } = introspectionOver((request) =>
      isJson(request) ? json(400, { error: 'invalid_client' }) : activePassword(),
    );
    expect((await introspect()).subject).toBe('auth0|1234');
    expect(formatsOf(http)).toEqual(['json', 'form']);
  });

  it.each([
    ['JSON', (request: HttpRequest) => (isJson(request) ? json(400, { error: 'invalid_client' }) : text(415, ''))],
    ['a form', (request: HttpRequest) => (isJson(request) ? REFUSED : json(401, { error: 'invalid_client' }))],
  ])('is not the reason if the server reads %s and refuses the client', async (_, script) => {
    const { introspect } = introspectionOver(script);
    expect(await caught(introspect)).toMatchObject({ code: 'issuer_client_refused' });
  });

  it('stays within the deadline of the decision', async () => {
    const setUp: ReturnType<typeof introspectionOver> = introspectionOver(() => {
      setUp.clock.advanceSeconds(4.96);
      return REFUSED;
    });
    expect(await caught(setUp.introspect)).toMatchObject({ code: 'issuer_timeout' });
    expect(setUp.http.requests).toHaveLength(1);
  });

  it('is always a form for another server', async () => {
    const { http, introspect } = introspectionOver(() => REFUSED, undefined, INTROSPECTION_PROFILES.rfc7662);
    expect(await caught(introspect)).toMatchObject({ code: 'issuer_refused' });
    expect(formatsOf(http)).toEqual(['form']);
  });
});

describe('an active token in the response', () => {
  it('returns its principal, even if it is an app specific password', async () => {
    expect(await introspectWith(activePassword())).toEqual({
      subject: 'auth0|1234',
      username: 'user@example.com',
      email: undefined,
      scopes: ['read:foo', 'create:foo'],
      tokenType: 'application_specific_password_token',
      clientId: undefined,
      organizationId: undefined,
      issuer: ISSUER,
      expiresAt: undefined,
    });
  });

  it.each([
    ['Bearer', 'access_token'],
    ['bearer', 'access_token'],
    ['access_token', 'access_token'],
    ['Access_Token', 'access_token'],
    ['APPLICATION_SPECIFIC_PASSWORD_TOKEN', 'application_specific_password_token'],
  ])('is accepted with the type %s, which is mapped to %s', async (tokenType, ours) => {
    const principal = await introspectWith(
      activePassword({ token_type: tokenType, exp: NOW_SECONDS + 60, client_id: 'client-1', org_id: 'org_1' }),
    );
    expect(principal).toMatchObject({
      tokenType: ours,
      expiresAt: NOW_SECONDS + 60,
      clientId: 'client-1',
      organizationId: 'org_1',
    });
  });

  it.each([
    ['DPoP', { jkt: THUMBPRINT }, { jwkThumbprint: THUMBPRINT }],
    ['Bearer', { 'x5t#S256': THUMBPRINT }, { certificateThumbprint: THUMBPRINT }],
  ])('says what it is bound to: type %s, cnf %j', async (tokenType, cnf, confirmation) => {
    expect(await introspectWith(activePassword({ token_type: tokenType, cnf }))).toMatchObject({
      tokenType: 'access_token',
      confirmation,
    });
  });

  const notCredentials: readonly unknown[] = [
    'refresh_token',
    'id_token',
    'Refresh_Token',
    'urn:ietf:params:oauth:token-type:access_token',
    'N_A',
    '',
    undefined,
    null,
    true,
    7,
    {},
    ['bearer'],
    [['access_token']],
    { toString: 'bearer' },
    { toString: 1, valueOf: 1 },
  ];

  it.each(notCredentials.map((token_type) => ({ token_type })))(
    'is refused if its type is $token_type',
    async (type) => {
      await expect(introspectWith(activePassword({ ...type, exp: NOW_SECONDS + 60 }))).rejects.toThrow(
        credentialError('token_type_refused', 'Tokens of this type are not credentials.'),
      );
    },
  );

  it.each([
    ['no iss', { iss: undefined }, 'claims_malformed', 'The claim "iss" is not a non-empty string.'],
    ['another iss', { iss: 'https://evil.example/' }, 'issuer_mismatch', 'The issuer is not the configured one.'],
    ['iss without its slash', { iss: ISSUER.slice(0, -1) }, 'issuer_mismatch', 'The issuer is not the configured one.'],
    ['no aud', { aud: undefined }, 'audience_mismatch', 'The audience does not include the configured one.'],
    [
      'another aud',
      { aud: ['https://other.api'] },
      'audience_mismatch',
      'The audience does not include the configured one.',
    ],
    ['no sub', { sub: undefined }, 'claims_malformed', 'The claim "sub" is not a non-empty string.'],
    ['an exp that has passed', { exp: NOW_SECONDS }, 'token_expired', 'The token has expired.'],
    ['an nbf in the future', { nbf: NOW_SECONDS + 1 }, 'token_not_yet_valid', 'The token is not valid yet.'],
    [
      'an unusable binding',
      { cnf: { 'x5t#S256': 'x' } },
      'token_sender_constrained',
      'The token is bound in a way that cannot be checked.',
    ],
    [
      'the type DPoP without the key',
      { token_type: 'DPoP' },
      'token_sender_constrained',
      'The token is bound to a key that the server does not name.',
    ],
    [
      'the type DPoP with a certificate only',
      { token_type: 'dpop', cnf: { 'x5t#S256': THUMBPRINT } },
      'token_sender_constrained',
      'The token is bound to a key that the server does not name.',
    ],
    ['a scope that is a list', { scope: ['read:foo'] }, 'claims_malformed', 'The claim "scope" is not a string.'],
  ] as const)('is refused if it has %s', async (_, changes, code, message) => {
    await expect(introspectWith(activePassword(changes))).rejects.toThrow(credentialError(code, message));
  });

  it.each([
    ['token_use', 'refresh_token'],
    ['token_use', 'id'],
    ['token_use', 'id_token'],
    ['typ', 'Refresh'],
    ['typ', 'Offline'],
    ['typ', 'logout+jwt'],
    ['typ', 'ID'],
    ['tokenName', 'refresh_token'],
    ['purpose', 'refresh_token'],
  ])('is refused if its type is Bearer and its %s is %s', async (member, use) => {
    await expect(introspectWith(activePassword({ token_type: 'Bearer', [member]: use }))).rejects.toThrow(
      credentialError('token_type_refused', 'Tokens of this type are not credentials.'),
    );
  });

  it.each([
    ['token_use', 'access_token'],
    ['token_use', 'access'],
    ['typ', 'Bearer'],
    ['typ', 'at+jwt'],
    ['tokenName', 'access_token'],
    ['purpose', 'access_token'],
    ['gty', 'refresh_token'],
  ])('is accepted if its type is Bearer and its %s is %s', async (member, use) => {
    const principal = await introspectWith(activePassword({ token_type: 'Bearer', [member]: use }));
    expect(principal.tokenType).toBe('access_token');
  });

  it.each([
    [{ email: 'user@mail.example' }, 'user@mail.example'],
    [{ email: 'user@mail.example', email_verified: true }, 'user@mail.example'],
    [{ email: 'user@mail.example', email_verified: false }, undefined],
    [{ email: 'user@mail.example', email_verified: 'false' }, undefined],
    [{ email: 'user@mail.example', email_verified: 'true' }, 'user@mail.example'],
    [{ email: 'user@mail.example', email_verified: null }, 'user@mail.example'],
    [{ email: 'user@mail.example', email_verified: 0 }, undefined],
    [{ email: 'user@mail.example', email_verified: 'False' }, undefined],
    [{ email: 'user@mail.example', email_verified: {} }, undefined],
    [{ email: ['user@mail.example'] }, undefined],
  ])('returns the e-mail address unless it is not verified: %j', async (changes, email) => {
    expect((await introspectWith(activePassword(changes))).email).toBe(email);
  });

  it('is accepted with our audience among others', async () => {
    expect((await introspectWith(activePassword({ aud: ['x', AUDIENCE] }))).subject).toBe('auth0|1234');
  });
});

describe('the introspection response', () => {
  it('refuses the token if it is not active', async () => {
    const inactive = credentialError('token_inactive', 'The server does not report the token as active.');
    await expect(introspectWith(INACTIVE)).rejects.toThrow(inactive);
    await expect(introspectWith(activePassword({ active: false }))).rejects.toThrow(inactive);
  });

  it.each(['true', 1, 'yes', null, undefined, [], {}, [true]])(
    'is reported as the server\'s fault if "active" is %j, which is not a boolean',
    async (active) => {
      await expect(introspectWith(activePassword({ active }))).rejects.toThrow(
        issuerError('issuer_malformed', 'The introspection response has no boolean "active".'),
      );
    },
  );

  it.each(['', 'null', '[]', '"x"', '[{"active":true}]', '<html>', '{"active":true', '\u0000'])(
    "is reported as the server's fault if it is not a JSON object: %j",
    async (body) => {
      await expect(introspectWith(text(200, body))).rejects.toThrow(
        issuerError('issuer_malformed', 'The introspection response has no boolean "active".'),
      );
    },
  );

  it.each([201, 204, 400, 403, 404, 405, 422])(
    "is reported as the server's fault if its status is %i, whatever its body",
    async (status) => {
      await expect(introspectWith({ ...activePassword(), status })).rejects.toThrow(
        issuerError('issuer_refused', `The introspection endpoint responded with ${status}.`),
      );
    },
  );

  it("is reported as the server's fault if it redirects", async () => {
    await expect(introspectWith({ ...activePassword(), status: 302 })).rejects.toThrow(
      issuerError('issuer_malformed', 'The server responded with 302; redirects are not followed.'),
    );
  });

  it.each([
    [failure('timeout'), 'issuer_timeout'],
    [failure('too_large'), 'issuer_malformed'],
    [json(500, { active: true }), 'issuer_unavailable'],
    [json(429, {}, { 'retry-after': '60' }), 'issuer_throttled'],
  ] as const)('is reported as an outage if it does not arrive: %s', async (reply, code) => {
    expect(await caught(() => introspectWith(reply))).toMatchObject({ name: 'IssuerError', code });
  });

  it('never allows a token unless every member is right', async () => {
    const right = {
      active: true,
      token_type: 'Bearer',
      iss: ISSUER,
      aud: AUDIENCE,
      sub: 's',
      exp: NOW_SECONDS + 60,
    };
    const changed = fc
      .tuple(fc.constantFrom(...Object.keys(right)), fc.oneof(fc.jsonValue(), fc.constant(undefined)))
      .map(([name, value]) => ({ ...right, [name]: value }));
    const status = fc.oneof(
      { weight: 4, arbitrary: fc.constant(200) },
      { weight: 1, arbitrary: fc.integer({ min: 200, max: 599 }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.oneof(changed, fc.jsonValue()), status, async (body, code) => {
        const result = await introspectWith(json(code, body)).catch((error: unknown) => error);
        if (result instanceof Error) {
          expect(result instanceof CredentialError || result instanceof IssuerError, String(result)).toBe(true);
          return;
        }
        const response = JSON.parse(JSON.stringify(body));
        expect(code).toBe(200);
        expect(response).toMatchObject({ active: true, iss: ISSUER });
        expect(['bearer', 'access_token']).toContain(response.token_type.toLowerCase());
        expect([response.aud].flat()).toContain(AUDIENCE);
        expect(response.sub).toMatch(/./);
        expect(response.exp ?? Number.POSITIVE_INFINITY).toBeGreaterThan(NOW_SECONDS);
      }),
      { numRuns: 400 },
    );
  });
});

describe('a refused assertion', () => {
  const refused = issuerError(
    'issuer_client_refused',
    'The server refused the client assertion (invalid_client). Check that the key on the resource server record is the one in the signing key secret.',
  );

  /** A server that has one key on record. */
  function serverWith(keys: { current: SigningKeyPair }, store: StoreOfKeys) {
    const setUp: ReturnType<typeof introspectionOver> = introspectionOver(async () => {
      const known = await assertionOf(setUp.http, setUp.http.requests.length - 1, keys.current).then(
        ({ protectedHeader }) => protectedHeader.kid === keys.current.kid,
        () => false,
      );
      return known ? activePassword() : INVALID_CLIENT;
    }, store);
    return setUp;
  }

  it.each([
    ['401 invalid_client', INVALID_CLIENT],
    ['401 with an empty body', text(401, '')],
    ['400 invalid_client', json(400, { error: 'invalid_client' })],
    ['403 invalid_client', json(403, { error: 'invalid_client' })],
  ])('is reported as our fault: %s', async (_, reply) => {
    const { introspect } = introspectionOver(() => reply);
    await expect(introspect()).rejects.toThrow(refused);
  });

  it('is retried with the other key, which is preferred from then on', async () => {
    const { http, store, introspect } = serverWith({ current: keyB }, new StoreOfKeys([keyA, keyB]));
    expect((await introspect()).subject).toBe('auth0|1234');
    expect(http.requests).toHaveLength(2);
    expect((await introspect()).subject).toBe('auth0|1234');
    expect(http.requests).toHaveLength(3);
    expect((await assertionOf(http, 1, keyB)).payload.jti).toBe('jti-2');
    expect(store.reads).toBe(2);
  });

  it('causes another read of the store, so that no caller notices a rotation', async () => {
    const server = { current: keyA };
    const { store, introspect } = serverWith(server, new StoreOfKeys([keyA]));
    await introspect();
    for (const [from, to] of [
      [keyA, keyB],
      [keyB, keyC],
      [keyC, keyA],
    ] as const) {
      store.keys = [from, to];
      server.current = to;
      expect((await introspect()).subject).toBe('auth0|1234');
    }
  });

  it('is retried with the other key only once', async () => {
    const { http, introspect } = introspectionOver(() => INVALID_CLIENT, new StoreOfKeys([keyA, keyB, keyC]));
    await expect(introspect()).rejects.toThrow(refused);
    expect(http.requests).toHaveLength(2);
  });

  it('causes another read of the store at most every 30 s', async () => {
    const { clock, store, introspect } = introspectionOver(() => INVALID_CLIENT);
    for (let second = 0; second < 60; second += 1) {
      await expect(introspect()).rejects.toThrow(refused);
      clock.advanceSeconds(1);
    }
    expect(store.reads).toBe(3);
  });

  it('never makes a key preferred that was refused too', async () => {
    const { http, introspect } = introspectionOver(() => INVALID_CLIENT, new StoreOfKeys([keyA, keyB]));
    await caught(introspect);
    await caught(introspect);
    expect((await assertionOf(http, 2, keyA, keyB)).protectedHeader.kid).toBe('key-a');
  });
});

describe('an RFC 7662 server that is not Auth0', () => {
  const other = (reply: Reply) =>
    introspectionOver(() => reply, undefined, INTROSPECTION_PROFILES.rfc7662, 'client & co');

  it('receives a form in the name of the configured client', async () => {
    const { http, introspect } = other(activePassword());
    await introspect();
    const [request] = http.requests;
    expect(request?.headers).toMatchObject({ 'content-type': 'application/x-www-form-urlencoded' });
    const { client_assertion, ...others } = Object.fromEntries(new URLSearchParams(request?.body));
    expect(others).toEqual({
      token: TOKEN,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    });
    const { payload } = await jwtVerify(client_assertion ?? '', keyA.publicKey, { currentDate: new Date(NOW_MS) });
    expect(payload).toMatchObject({ iss: 'client & co', sub: 'client & co', aud: ISSUER });
  });

  it('may leave out the issuer, which then defaults to the server itself', async () => {
    expect(await other(activePassword({ iss: undefined })).introspect()).toMatchObject({ issuer: ISSUER });
  });

  it.each([
    [{ iss: 'https://evil.example/' }, 'issuer_mismatch'],
    [{ iss: '' }, 'claims_malformed'],
    [{ iss: null }, 'claims_malformed'],
    [{ iss: undefined, aud: undefined }, 'audience_mismatch'],
    [{ iss: undefined, token_type: undefined }, 'token_type_refused'],
    [{ iss: undefined, active: false }, 'token_inactive'],
  ])('may not omit or change anything else: %j', async (changes, code) => {
    await expect(other(activePassword(changes)).introspect()).rejects.toMatchObject({ name: 'CredentialError', code });
  });
});

const CLIENT = { clientId: 'api', clientSecret: 'first' };

function withClient(stored: () => ClientCredentials, script: Script) {
  const clock = new FrozenClock();
  const http = new ScriptedHttp(script);
  const introspection = new Introspection({
    url: INTROSPECTION_URL,
    endpoint: issuerEndpointOver(http, clock),
    clientAuthentication: new StoredClient(new ClientCredentialsCache(async () => stored(), clock.read), {
      audience: ISSUER,
      clock: clock.read,
      uniqueId: () => `jti-${http.requests.length}`,
    }),
    profile: INTROSPECTION_PROFILES.rfc7662,
    expected: expectations(clock),
  });
  return { http, introspect: () => introspection.introspect(TOKEN, contextFrom(clock)) };
}

describe('a server that authenticates the client by a secret', () => {
  it('receives the secret in the Authorization header and only the token in the form', async () => {
    const { http, introspect } = withClient(
      () => CLIENT,
      () => activePassword(),
    );
    expect((await introspect()).subject).toBe('auth0|1234');
    expect(http.requests).toMatchObject([
      {
        method: 'POST',
        url: INTROSPECTION_URL,
        headers: { authorization: basic('api', 'first') },
        body: `token=${TOKEN}`,
      },
    ]);
  });

  it('receives the changed secret in the same call, so that no caller notices a rotation', async () => {
    const [first, second] = [CLIENT, { ...CLIENT, clientSecret: 'second' }];
    let [stored, known] = [first, first];
    const { http, introspect } = withClient(
      () => stored,
      ({ headers }) =>
        headers.authorization === basic(known.clientId, known.clientSecret) ? activePassword() : INVALID_CLIENT,
    );
    await introspect();
    [stored, known] = [second, second];
    expect((await introspect()).subject).toBe('auth0|1234');
    expect(http.requests).toHaveLength(3);
  });

  it.each([
    ['401 without a body', text(401, '')],
    ['400 invalid_client', json(400, { error: 'invalid_client' })],
  ])('is reported as our fault if it refuses the secret: %s', async (_, reply) => {
    const { http, introspect } = withClient(
      () => CLIENT,
      () => reply,
    );
    await expect(introspect()).rejects.toThrow(
      issuerError(
        'issuer_client_refused',
        'The server refused the client (invalid_client). Check the id of the client, and its secret or key.',
      ),
    );
    expect(http.requests).toHaveLength(1);
  });
});

describe('a server that authenticates the client by a key of its own', () => {
  const client = (privateKey: KeyObject): ClientCredentials => ({
    clientId: 'api',
    key: { privateKey, alg: 'PS256' },
  });

  it('receives an assertion in the form, signed with a changed key in the same call', async () => {
    const keys = [RSA, OTHER_RSA];
    const { http, introspect } = withClient(
      () => client(keys.shift() ?? OTHER_RSA),
      () => (keys.length > 0 ? INVALID_CLIENT : activePassword()),
    );
    expect((await introspect()).subject).toBe('auth0|1234');
    for (const [index, key] of [RSA, OTHER_RSA].entries()) {
      const request = http.requests[index];
      expect(request?.headers).not.toHaveProperty('authorization');
      const { client_assertion, ...others } = form(request);
      expect(others).toEqual({
        token: TOKEN,
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      });
      const { payload } = await jwtVerify(String(client_assertion), createPublicKey(key), {
        issuer: 'api',
        audience: ISSUER,
        algorithms: ['PS256'],
        currentDate: new Date(NOW_MS),
      });
      expect(payload).toMatchObject({ sub: 'api', jti: `jti-${index}` });
    }
    expect(http.requests).toHaveLength(2);
  });
});

describe('an introspection error', () => {
  it('never contains the token or the assertion', async () => {
    const replies = [
      INACTIVE,
      INVALID_CLIENT,
      text(200, TOKEN),
      json(400, { error: TOKEN }),
      failure('connection'),
      activePassword({ sub: 7, username: TOKEN }),
    ];
    for (const reply of replies) {
      const { http, introspect } = introspectionOver(() => reply);
      const errorText = everythingIn(await caught(introspect));
      expect(errorText).not.toContain(TOKEN);
      expect(errorText).not.toContain(String(form(http.requests[0]).client_assertion).slice(0, 20));
    }
  });
});
