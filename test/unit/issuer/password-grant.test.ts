import { createPublicKey } from 'node:crypto';
import fc from 'fast-check';
import { jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import type { PasswordGrantClient } from '../../../src/core/client-credentials.ts';
import type { BasicCredential } from '../../../src/core/credential.ts';
import { credentialDigest } from '../../../src/core/credential-digest.ts';
import { CredentialError, IssuerError } from '../../../src/core/errors.ts';
import { PasswordGrant } from '../../../src/issuer/password-grant.ts';
import { RSA } from '../../support/core/client-keys.ts';
import { FrozenClock } from '../../support/core/clock.ts';
import { caught, credentialError, everythingIn, issuerError } from '../../support/core/errors.ts';
import { AUDIENCE, ISSUER } from '../../support/core/issuer.ts';
import { contextFrom, issuerEndpointOver } from '../../support/core/issuer-endpoints.ts';
import { failure, form, json, type Reply, ScriptedHttp, text } from '../../support/core/scripted-http.ts';
import { loggedIn, loginError, TOKEN_URL, WRONG_PASSWORD } from '../../support/core/token-endpoint.ts';

const CREDENTIAL: BasicCredential = { kind: 'basic', username: 'user@example.com', secret: 'correct horse' };
const CLIENT: PasswordGrantClient = { clientId: 'grant-client', clientSecret: 'grant-client-secret' };

function grantOver(script: () => Reply, { client = CLIENT, scopes = ['create:foo', 'read:foo'] } = {}) {
  const clock = new FrozenClock();
  const http = new ScriptedHttp(script);
  const clients: PasswordGrantClient[] = [];
  let ids = 0;
  const grant = new PasswordGrant({
    issuer: ISSUER,
    uniqueId: () => `jti-${++ids}`,
    endpoint: issuerEndpointOver(http, clock, 'token'),
    readClient: async () => {
      clients.push(client);
      return client;
    },
    audience: AUDIENCE,
    scopes,
    clock: clock.read,
    digest: credentialDigest('salt'),
  });
  const logIn = (credential = CREDENTIAL, callerIp?: string) =>
    grant.logIn(credential, { ...contextFrom(clock), ...(callerIp === undefined ? {} : { callerIp }) });
  return { clock, http, clients, logIn };
}

const loginWith = (reply: Reply) => grantOver(() => reply).logIn();
const wrong = credentialError('password_wrong', 'Wrong username or password.');

describe('the password grant request', () => {
  it('requests the password grant with the scopes by name', async () => {
    const { http, logIn } = grantOver(() => loggedIn('token'));
    expect(await logIn()).toBe('token');
    expect(http.requests).toEqual([
      {
        method: 'POST',
        url: TOKEN_URL,
        headers: { 'content-type': 'application/json', accept: 'application/json' },
        body: expect.any(String),
        timeoutMs: 3000,
      },
    ]);
    expect(form(http.requests[0])).toEqual({
      grant_type: 'password',
      username: 'user@example.com',
      password: 'correct horse',
      audience: AUDIENCE,
      scope: 'create:foo read:foo',
      client_id: 'grant-client',
      client_secret: 'grant-client-secret',
    });
  });

  it('requests a scope even if no route requires one, because the server would otherwise grant all', async () => {
    const { http, logIn } = grantOver(() => loggedIn('token'), { scopes: [] });
    await logIn();
    expect(form(http.requests[0]).scope).toBe('openid');
  });

  it('names the connection as the realm if one is configured', async () => {
    const { http, logIn } = grantOver(() => loggedIn('token'), { client: { ...CLIENT, connection: 'employees' } });
    await logIn();
    expect(form(http.requests[0])).toMatchObject({
      grant_type: 'http://auth0.com/oauth/grant-type/password-realm',
      realm: 'employees',
    });
  });

  it('contains the IP of the caller, so that the server can count guesses by it', async () => {
    const { http, logIn } = grantOver(() => loggedIn('token'));
    await logIn(CREDENTIAL, '203.0.113.7');
    await logIn();
    expect(http.requests.map(({ headers }) => headers['auth0-forwarded-for'])).toEqual(['203.0.113.7', undefined]);
  });

  it('authenticates with an assertion if the client has a key, a new one for each attempt', async () => {
    const replies = [json(503, {}), loggedIn('token')];
    const client: PasswordGrantClient = { clientId: 'grant-client', key: { privateKey: RSA, alg: 'RS256' } };
    const { http, logIn, clock } = grantOver(() => replies.shift() ?? loggedIn('token'), { client });
    expect(await logIn()).toBe('token');
    expect(http.requests).toHaveLength(2);
    for (const [index, request] of http.requests.entries()) {
      const { client_assertion, ...others } = form(request);
      expect(others).toEqual({
        grant_type: 'password',
        username: 'user@example.com',
        password: 'correct horse',
        audience: AUDIENCE,
        scope: 'create:foo read:foo',
        client_id: 'grant-client',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      });
      const { payload } = await jwtVerify(String(client_assertion), createPublicKey(RSA), {
        issuer: 'grant-client',
        audience: ISSUER,
        currentDate: new Date(clock.read()),
      });
      expect(payload).toMatchObject({ sub: 'grant-client', jti: `jti-${index + 1}` });
    }
  });

  it('contains any username and password unchanged', async () => {
    const { http, logIn } = grantOver(() => loggedIn('token'));
    const part = fc.string({ unit: 'grapheme', minLength: 1 });
    await fc.assert(
      fc.asyncProperty(part, part, async (username, secret) => {
        await logIn({ kind: 'basic', username, secret });
        expect(form(http.requests.at(-1))).toMatchObject({ username, password: secret });
      }),
    );
  });

  it('authenticates a client that is read once, and again after the server refused it', async () => {
    const { http, clients, logIn } = grantOver(() => loggedIn('token'));
    await logIn();
    await logIn();
    expect(clients).toHaveLength(1);
    http.script = () => loginError(401, 'invalid_client');
    await caught(logIn);
    expect(clients).toHaveLength(2);
    http.script = () => loggedIn('token');
    await logIn();
    expect(clients).toHaveLength(2);
  });

  it('causes another read of a refused client at most every 30 s', async () => {
    const { clock, clients, logIn } = grantOver(() => loginError(401, 'invalid_client'));
    for (let time = 0; time < 10; time += 1) await caught(logIn);
    expect(clients).toHaveLength(2);
    clock.advanceSeconds(30);
    for (let time = 0; time < 10; time += 1) await caught(logIn);
    expect(clients).toHaveLength(3);
  });
});

describe('the password grant', () => {
  it('refuses a wrong username or password after invalid_grant', async () => {
    await expect(loginWith(WRONG_PASSWORD)).rejects.toThrow(wrong);
  });

  it.each([
    [403, 'mfa_required'],
    [403, 'mfa_registration_required'],
    [401, 'password_leaked'],
    [403, 'password_expired'],
    [429, 'too_many_attempts'],
    [403, 'unauthorized'],
    [401, 'requires_verification'],
    [403, 'access_denied'],
    [500, 'access_denied'],
    [500, 'unauthorized'],
    [403, 'unknown_to_us'],
    [500, 'unknown_to_us'],
  ])('refuses this user after %i %s and sends no second request', async (status, error) => {
    const { http, logIn } = grantOver(() => loginError(status, error));
    await expect(logIn()).rejects.toThrow(
      credentialError('login_refused', `The server does not let this user log in: ${status} (${error}).`),
    );
    expect(http.requests).toHaveLength(1);
  });

  it.each([
    [401, 'invalid_client', 'Client authentication failed.'],
    [403, 'unauthorized_client', 'Grant type not allowed for the client.'],
    [401, 'access_denied', 'Unauthorized'],
    [403, 'access_denied', 'Service not found: https://demo.api'],
    [403, 'access_denied', 'Client is not authorized to access "https://demo.api".'],
    [500, 'access_denied', 'Service not found: https://demo.api'],
  ])('reports an operator error after %i %s "%s"', async (status, error, description) => {
    await expect(loginWith(loginError(status, error, description))).rejects.toThrow(
      issuerError(
        'issuer_client_refused',
        `The server refused the password grant's client (${status} ${error}). Check its id and secret, that the grant is enabled for it, and that it may use the API.`,
      ),
    );
  });

  it('reports after 500 server_error that the operator has to name a connection', async () => {
    await expect(loginWith(loginError(500, 'server_error', 'no default connection'))).rejects.toThrow(
      issuerError(
        'issuer_refused',
        'The token endpoint responded with 500 (server_error). Check that the tenant has a default directory, or name a "connection" in the secret of the client.',
      ),
    );
  });

  it.each([
    ['invalid_scope', 'the scope is not defined', 'Check that the resource server has each scope that "routes" names.'],
    [
      'invalid_request',
      'parameter organization is required for this client',
      'The client requires an organization, which a login with a password does not name. Let individual users log in to the client, or use another client.',
    ],
  ])('reports an operator error with its fix after 403 %s "%s"', async (error, description, fix) => {
    await expect(loginWith(loginError(403, error, description))).rejects.toThrow(
      issuerError('issuer_refused', `The token endpoint responded with 403 (${error}). ${fix}`),
    );
  });

  it.each([400, 403])(
    'refuses a user who is in no organization although the client requires one: %i',
    async (status) => {
      const description = 'client requires organization membership, but user does not belong to any organization';
      await expect(loginWith(loginError(status, 'invalid_request', description))).rejects.toThrow(
        credentialError('login_refused', `The server does not let this user log in: ${status} (invalid_request).`),
      );
    },
  );

  it('does not repeat a code that contains the password or the username', async () => {
    const { logIn } = grantOver(() => loginError(403, 'no_hunter2_today'));
    for (const credential of [{ secret: 'Hunter2' }, { secret: 'Hunter2!' }, { username: 'HUNTER2@example.com' }]) {
      await expect(logIn({ ...CREDENTIAL, ...credential })).rejects.toThrow(
        credentialError('login_refused', 'The server does not let this user log in: 403.'),
      );
    }
  });

  it('reports a rate limit after 429 too_many_requests', async () => {
    await expect(loginWith(loginError(429, 'too_many_requests'))).rejects.toThrow(
      issuerError('issuer_throttled', 'The server limits the rate of requests (429).'),
    );
  });

  it.each(['too_many_attempts', 'too_many_requests'])(
    'does not stop other users after 429 %s for one user',
    async (error) => {
      const { http, logIn } = grantOver(() => json(429, { error }, { 'retry-after': '60' }));
      for (let i = 0; i < 10; i += 1) await caught(logIn);
      http.script = () => loggedIn('token');
      expect(await logIn({ ...CREDENTIAL, username: 'other@example.com' })).toBe('token');
    },
  );

  it.each([
    [json(400, { error: 'invalid_request' }), '400 (invalid_request)'],
    [json(400, { error: 'unknown_to_us' }), '400 (unknown_to_us)'],
    [json(400, { error: 'x'.repeat(65) }), 400],
    [json(403, { error: 'Forbidden' }), 403],
    [json(404, { error: 7 }), 404],
    [json(403, null), 403],
    [json(403, { error: ['invalid_grant'] }), 403],
    [text(403, 'invalid_grant'), 403],
    [json(201, { access_token: 'token' }), 201],
    [text(204, ''), 204],
  ])("reports %j as the server's fault", async (reply, status) => {
    await expect(loginWith(reply)).rejects.toThrow(
      issuerError('issuer_refused', `The token endpoint responded with ${status}.`),
    );
  });

  it.each(['', '{', 'null', '[]', '{}', '{"access_token":7}', '{"access_token":["t"]}', '{"access_token":""}'])(
    "reports status 200 without a token as the server's fault: %j",
    async (body) => {
      await expect(loginWith(text(200, body))).rejects.toThrow(
        issuerError('issuer_malformed', 'The token response has no "access_token".'),
      );
    },
  );

  it.each([
    [json(500, { error: 'Internal Server Error' }), 'issuer_unavailable'],
    [json(503, { error: 'invalid_grant' }), 'issuer_unavailable'],
    [json(302, { error: 'invalid_grant' }), 'issuer_malformed'],
    [failure('timeout'), 'issuer_timeout'],
    [failure('connection'), 'issuer_unavailable'],
  ] as const)('reports an outage or a redirect as an issuer error, whatever its body: %s', async (reply, code) => {
    expect(await caught(() => loginWith(reply))).toMatchObject({ name: 'IssuerError', code });
  });

  it('returns a token or throws a coded error for any JSON', async () => {
    const body = fc.oneof(
      fc.jsonValue(),
      fc.record({ error: fc.jsonValue() }),
      fc.record({ access_token: fc.jsonValue() }),
    );
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 200, max: 599 }), body, async (status, value) => {
        const result = await loginWith(json(status, value)).catch((error: unknown) => error);
        if (result instanceof Error) {
          expect(result instanceof CredentialError || result instanceof IssuerError, String(result)).toBe(true);
        } else {
          expect(status).toBe(200);
          expect(value).toMatchObject({ access_token: result });
        }
      }),
      { numRuns: 300 },
    );
  });

  it('never leaks the credential or the client secret in an error', async () => {
    const replies = [
      WRONG_PASSWORD,
      loginError(403, 'correct horse', 'grant-client-secret'),
      loginError(401, 'invalid_client', 'grant-client-secret'),
      text(200, 'correct horse'),
      failure('connection'),
    ];
    for (const reply of replies) {
      const errorText = everythingIn(await caught(() => loginWith(reply)));
      for (const secret of ['correct horse', 'grant-client-secret', 'user@example.com'])
        expect(errorText).not.toContain(secret);
    }
  });
});

describe('a refused login', () => {
  it('is not repeated for 300 s', async () => {
    const { clock, http, logIn } = grantOver(() => WRONG_PASSWORD);
    await expect(logIn()).rejects.toThrow(wrong);
    clock.advanceSeconds(299);
    await expect(logIn()).rejects.toThrow(wrong);
    expect(http.requests).toHaveLength(1);
    clock.advanceSeconds(1);
    await expect(logIn()).rejects.toThrow(wrong);
    expect(http.requests).toHaveLength(2);
  });

  it('is not repeated for 300 s, whatever its kind, and keeps its code', async () => {
    const { clock, http, logIn } = grantOver(() => loginError(403, 'mfa_required'));
    const refused = credentialError('login_refused', 'The server does not let this user log in: 403 (mfa_required).');
    await expect(logIn()).rejects.toThrow(refused);
    http.script = () => loggedIn('token');
    clock.advanceSeconds(299);
    await expect(logIn()).rejects.toThrow(refused);
    expect(http.requests).toHaveLength(1);
    clock.advanceSeconds(1);
    expect(await logIn()).toBe('token');
  });

  it('does not stop the right password or another user', async () => {
    const { http, logIn } = grantOver(() => WRONG_PASSWORD);
    await caught(() => logIn({ ...CREDENTIAL, secret: 'wrong' }));
    http.script = () => loggedIn('token');
    expect(await logIn()).toBe('token');
    expect(await logIn({ ...CREDENTIAL, secret: 'wrong', username: 'other@example.com' })).toBe('token');
  });

  it.each([
    ['an outage', json(500, {})],
    ['a refused client', loginError(401, 'invalid_client')],
    ['a client whose secret has changed', loginError(401, 'access_denied', 'Unauthorized')],
    ['a rate limit', json(429, { error: 'too_many_requests' })],
  ])('is not assumed after %s', async (_, reply) => {
    const { http, logIn } = grantOver(() => reply);
    await caught(logIn);
    http.script = () => loggedIn('token');
    expect(await logIn()).toBe('token');
  });
});
