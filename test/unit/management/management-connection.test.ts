import { createPublicKey } from 'node:crypto';
import fc from 'fast-check';
import { jwtVerify } from 'jose';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { CodedError } from '../../../src/core/errors.ts';
import { HttpFailure, type HttpPort } from '../../../src/core/http.ts';
import { connectManagement } from '../../../src/management/management-connection.ts';
import { RSA } from '../../support/core/client-keys.ts';
import {
  ACCESS_TOKEN,
  CLIENT_SECRET,
  type ScriptedResponse,
  ScriptedTenant,
  START_MS,
  TOKEN_RESPONSE,
} from '../../support/management/scripted-tenant.ts';
import { expectError } from '../../support/setup/expect-error.ts';

const API = { id: 'rs_1', identifier: 'https://demo.api' };
const found = (): ScriptedResponse => ({ body: API });
const find = (tenant: ScriptedTenant, options = {}) => tenant.connect(options).resourceServers.find('https://demo.api');
const tokenRequests = (tenant: ScriptedTenant) => tenant.log.filter((line) => line === 'POST /oauth/token').length;
const insufficientScope = {
  status: 403,
  body: { message: 'Insufficient scope, expected any of: read:resource_servers', errorCode: 'insufficient_scope' },
};

describe('the URL of the tenant', () => {
  it.each([
    ['https://tenant.example/'],
    ['http://127.0.0.1:3001/'],
    ['http://localhost:3001/'],
    ['http://[::1]:3001/'],
  ])('may be %s', (tenantUrl) => {
    const connection = connectManagement({
      tenantUrl,
      client: { clientId: 'a', clientSecret: 'b' },
      http: new ScriptedTenant(found).http,
    });
    expect(connection.audience).toBe(`${tenantUrl}api/v2/`);
  });

  it.each([
    ['tenant.example'],
    ['https://tenant.example'],
    ['http://tenant.example/'],
    ['http://127.0.0.1.example/'],
    ['https://tenant.example/api/v2/'],
    ['https://tenant.example/?a=b'],
    ['https://user:canary@tenant.example/'],
    ['ftp://localhost/'],
    [''],
  ])('is refused as "%s" and not shown, since it may hold a password', async (tenantUrl) => {
    const work = () =>
      connectManagement({
        tenantUrl,
        client: { clientId: 'a', clientSecret: 'b' },
        http: new ScriptedTenant(found).http,
      });
    const error = await expectError(work, 'configuration_invalid', /Expected "https:\/\/HOST\/" with its final slash/);
    expect(error.message).not.toContain('canary');
  });
});

describe('the token of a ManagementConnection', () => {
  it('is requested once with client credentials and sent with every request', async () => {
    const tenant = new ScriptedTenant(found);
    const { resourceServers } = tenant.connect();
    await Promise.all([resourceServers.find('https://demo.api'), resourceServers.find('https://demo.api')]);
    await resourceServers.find('https://demo.api');
    expect(tokenRequests(tenant)).toBe(1);
    expect(tenant.requests[0]?.body).toEqual({
      grant_type: 'client_credentials',
      client_id: 'management-client',
      client_secret: CLIENT_SECRET,
      audience: 'https://tenant.example/api/v2/',
    });
    for (const { headers } of tenant.requests.slice(1)) expect(headers.authorization).toBe(`Bearer ${ACCESS_TOKEN}`);
  });

  it('is requested with an assertion if the client has a key, a new one for each attempt', async () => {
    const responses = [{ status: 503 }, { body: TOKEN_RESPONSE }, found()];
    const tenant = new ScriptedTenant(() => responses.shift(), { scriptsToken: true });
    const client = { clientId: 'management-client', key: { privateKey: RSA, alg: 'RS256' } as const };
    await find(tenant, { client });
    expect(tokenRequests(tenant)).toBe(2);
    const ids = new Set();
    for (const { body } of tenant.requests.slice(0, 2)) {
      const { client_assertion, ...others } = body;
      expect(others).toEqual({
        grant_type: 'client_credentials',
        client_id: 'management-client',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        audience: 'https://tenant.example/api/v2/',
      });
      const { payload } = await jwtVerify(String(client_assertion), createPublicKey(RSA), {
        issuer: 'management-client',
        subject: 'management-client',
        audience: 'https://tenant.example/',
        currentDate: new Date(START_MS),
      });
      ids.add(payload.jti);
    }
    expect(ids.size).toBe(2);
  });

  it('is requested again before it expires', async () => {
    const tenant = new ScriptedTenant(found);
    const { resourceServers } = tenant.connect({ timeoutMs: 1e9 });
    await resourceServers.find('https://demo.api');
    tenant.nowMs += 3_585_000;
    await resourceServers.find('https://demo.api');
    expect(tokenRequests(tenant)).toBe(1);
    tenant.nowMs += 6000;
    await resourceServers.find('https://demo.api');
    expect(tokenRequests(tenant)).toBe(2);
  });

  it.each([
    ['is refused', { status: 401 }],
    ['lacks a scope that may have been granted since', insufficientScope],
  ])('is replaced if it was cached and %s, and the request is sent again', async (_what, refusal) => {
    const responses = [found(), refusal, found()];
    const tenant = new ScriptedTenant(() => responses.shift());
    const { resourceServers } = tenant.connect();
    await resourceServers.find('https://demo.api');
    expect(await resourceServers.find('https://demo.api')).toMatchObject(API);
    expect(tokenRequests(tenant)).toBe(2);
  });

  it('never appears in an error after it was replaced, even if the tenant repeats it', async () => {
    let tokens = 0;
    const repeats = (authorization: string | undefined) => ({ status: 403, body: { message: `no: ${authorization}` } });
    const tenant = new ScriptedTenant(
      ({ path, headers }, count) => {
        if (path === '/oauth/token') return { body: { access_token: `canary${++tokens}`, expires_in: 3600 } };
        if (count === 2) return found();
        return count === 3 ? { status: 401 } : repeats(headers.authorization);
      },
      { scriptsToken: true },
    );
    const { resourceServers } = tenant.connect();
    await resourceServers.find('https://demo.api');
    const again = () => resourceServers.find('https://demo.api');
    const error = await expectError(again, 'management_refused', /no: Bearer \[secret\]/);
    expect(tokens).toBe(2);
    expect(error.message).not.toContain('canary');
  });

  it('is not replaced if it is new and lacks a scope, since that would not help', async () => {
    const tenant = new ScriptedTenant(() => insufficientScope);
    await expectError(find(tenant), 'management_scope_missing', /read:resource_servers/);
    expect(tokenRequests(tenant)).toBe(1);
  });

  it.each([
    ['nothing', ''],
    ['no access_token', { expires_in: 60 }],
    ['an access_token that is not text', { access_token: { a: 1 }, expires_in: 60 }],
    ['an access_token that breaks out of its header', { access_token: 'a\r\nx: y', expires_in: 60 }],
    ['no expires_in', { access_token: 'a' }],
    ['an expires_in that is not a number', { access_token: 'a', expires_in: 'soon' }],
  ])('is not used if the response has %s', async (_what, body) => {
    const tenant = new ScriptedTenant(() => ({ body }), { scriptsToken: true });
    await expectError(find(tenant), 'management_malformed', /^The tenant responded .*Expected/);
  });
});

describe('ManagementConnection', () => {
  const refusedWith = (response: ScriptedResponse) => new ScriptedTenant(() => response, { scriptsToken: true });

  it('reports that the client secret is wrong and must be corrected', async () => {
    const tenant = refusedWith({ status: 401, body: { error: 'access_denied', error_description: CLIENT_SECRET } });
    await expectError(
      find(tenant),
      'management_client_refused',
      /^The tenant refused the management client "management-client": got 401 access_denied, expected a token for "https:\/\/tenant.example\/api\/v2\/".*client secret/,
    );
    expect(tenant.log).toEqual(['POST /oauth/token']);
  });

  it.each([401, 400])(
    'reports what to check if the tenant refuses the assertion of a client with %i',
    async (status) => {
      const body = { error: 'invalid_client', error_description: 'canary' };
      const client = { clientId: 'management-client', key: { privateKey: RSA, alg: 'RS384' } as const };
      await expectError(
        find(refusedWith({ status, body }), { client }),
        'management_client_refused',
        /^The tenant refused the management client "management-client": got 40[01] invalid_client, .* public half of the "privateKey" and the algorithm RS384 \(dashboard: .*Credentials\)/,
      );
    },
  );

  it('reports where to authorize a client without a grant', async () => {
    const tenant = refusedWith({
      status: 403,
      body: { error: 'access_denied', error_description: 'Service not found' },
    });
    await expectError(
      find(tenant),
      'management_client_refused',
      /got 403 access_denied.*Authorize the client.*managementDomain/,
    );
  });

  it('does not show an error code that is not valid', async () => {
    const tenant = refusedWith({ status: 400, body: { error: '<script>canary</script>' } });
    await expectError(find(tenant), 'management_client_refused', /got 400, expected/);
  });

  it('reports that the server is not a tenant', async () => {
    await expectError(
      find(refusedWith({ status: 404, body: {} })),
      'management_malformed',
      /"access_token".*check that the URL/,
    );
  });

  it('reports which scope is missing and where to grant it', async () => {
    await expectError(
      find(new ScriptedTenant(() => insufficientScope)),
      'management_scope_missing',
      /"management-client" lacks a scope for GET .*expected read:resource_servers\. Give it this scope/,
    );
  });

  it('reports that a refused new token may be for another API', async () => {
    const tenant = new ScriptedTenant(() => ({ status: 401, body: { message: 'Invalid token' } }));
    await expectError(
      find(tenant),
      'management_client_refused',
      /with 401, though it had just given.*managementDomain/,
    );
  });
});

describe('a rate limit', () => {
  it('delays the token request and other requests as long as the tenant says', async () => {
    const limited = (retryAfter: string) => ({ status: 429, headers: { 'retry-after': retryAfter } });
    const responses = [limited('3'), { body: TOKEN_RESPONSE }, limited('5'), found()];
    const tenant = new ScriptedTenant(() => responses.shift(), { scriptsToken: true });
    expect(await find(tenant)).toMatchObject(API);
    expect(tenant.sleptMs).toEqual([3000, 5000]);
  });

  it('fails the request at once if it is longer than the time left', async () => {
    const tenant = new ScriptedTenant(() => ({
      status: 429,
      headers: { 'x-ratelimit-reset': String(START_MS / 1000 + 30) },
    }));
    await expectError(
      find(tenant, { timeoutMs: 20_000 }),
      'management_throttled',
      /with 429 and asked to wait 30 s, which is longer than the time allowed.*run it again later/,
    );
    expect(tenant.sleptMs).toEqual([]);
  });

  it('delays requests until the deadline of all the work at most, however short each delay', async () => {
    const tenant = new ScriptedTenant(() => ({ status: 429, headers: { 'retry-after': '8' } }));
    await expectError(find(tenant, { timeoutMs: 20_000 }), 'management_throttled', /with 429/);
    expect(tenant.sleptMs).toEqual([8000, 8000]);
  });
});

describe('a tenant that fails', () => {
  it('gets the request again after a short outage', async () => {
    const responses = [{ status: 502 }, new HttpFailure('connection', 'cut'), found()];
    const tenant = new ScriptedTenant(() => responses.shift());
    expect(await find(tenant)).toMatchObject(API);
    expect(tenant.sleptMs).toEqual([500, 1000]);
  });

  it('causes an error that names the failure if the outage lasts', async () => {
    const cause = Object.assign(new Error('no'), { code: 'ECONNREFUSED' });
    const refused = new HttpFailure('connection', 'The connection failed or was cut.', { cause });
    const tenant = new ScriptedTenant(() => refused);
    await expectError(
      find(tenant),
      'management_unavailable',
      /GET .* to the tenant failed: got ECONNREFUSED.*check the tenant's URL/,
    );
    await expectError(find(new ScriptedTenant(() => ({ status: 500 }))), 'management_unavailable', /got status 500/);
    const garbled = new HttpFailure('not_text', 'The body is not UTF-8.');
    await expectError(
      find(new ScriptedTenant(() => garbled)),
      'management_unavailable',
      /got a body that is not UTF-8/,
    );
  });

  it('gets no second request to create something, since it may have been created', async () => {
    const tenant = new ScriptedTenant(() => ({ status: 502 }));
    const creation = tenant.connect().clientGrants.create({ clientId: 'a', audience: 'b', scopes: [] });
    await expectError(
      creation,
      'management_unavailable',
      /POST \/api\/v2\/client-grants to the tenant failed: got status 502/,
    );
    expect(tenant.log.filter((line) => line.includes('client-grants'))).toHaveLength(1);
  });

  it('is cut off if it does not respond, and gets no request once the time is used up', async () => {
    const tenant = new ScriptedTenant(found);
    const silent = vi.fn<HttpPort>(async ({ timeoutMs }) => {
      tenant.nowMs += timeoutMs;
      throw new HttpFailure('timeout', 'silent');
    });
    const work = find(tenant, { http: silent, attemptTimeoutMs: 50, timeoutMs: 600 });
    await expectError(work, 'management_unavailable', /no response within 50 ms/);
    expect(silent).toHaveBeenCalledTimes(2);
  });

  it.each([
    ['a redirect', { status: 302, headers: { location: 'https://elsewhere.example/canary' } }, /redirect \(302\)/],
    ['a page', { body: '<html>' }, /not JSON/],
    ['too large a body', { body: `"${'x'.repeat(4_000_001)}"` }, /more than 4000000 bytes/],
  ])('gets no second request after a response with %s', async (_what, response, message) => {
    const tenant = new ScriptedTenant(() => response);
    const error = await expectError(find(tenant), 'management_malformed', message);
    expect(error.message).not.toContain('canary');
    expect(tenant.log).toHaveLength(2);
  });

  it('is quoted in the error, without its secrets', async () => {
    const message = `Bad ${CLIENT_SECRET} and ${ACCESS_TOKEN}\u0007${'!'.repeat(1000)}`;
    const tenant = new ScriptedTenant(() => ({ status: 409, body: { message } }));
    const error = await expectError(
      find(tenant),
      'management_refused',
      /with 409: Bad \[secret\] and \[secret\] !+\. Expected/,
    );
    expect(error.message.length).toBeLessThan(600);
  });
});

it('ManagementConnection sends nothing more once its time is used up, and reports it', async () => {
  const tenant = new ScriptedTenant(found);
  const { resourceServers } = tenant.connect({ timeoutMs: 1000 });
  tenant.nowMs += 1001;
  await expectError(
    resourceServers.find('https://demo.api'),
    'management_unavailable',
    /got nothing, because the time is used up/,
  );
  expect(tenant.log).toEqual([]);
});

it('ManagementConnection limits every request in time and size and says what it accepts', async () => {
  const http = vi.fn<HttpPort>(async () => ({ status: 200, headers: {}, body: JSON.stringify(TOKEN_RESPONSE) }));
  await expectError(find(new ScriptedTenant(found), { http }), 'management_malformed', /resource servers/);
  expect(http).toHaveBeenCalledTimes(2);
  for (const [request] of http.mock.calls) {
    expect(request).toMatchObject({
      timeoutMs: 10_000,
      maximumBytes: 4_000_000,
      headers: { accept: 'application/json' },
    });
  }
});

it('ManagementConnection gives an attempt no more time than all the work has left', async () => {
  const tenant = new ScriptedTenant(found);
  const http = vi.fn<HttpPort>((request) => tenant.http(request));
  await find(tenant, { http, timeoutMs: 700 });
  expect(http.mock.calls.map(([{ timeoutMs }]) => timeoutMs)).toEqual([700, 700]);
});

it('ManagementConnection leaves no timer behind that would keep the process alive after a failure', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  await expectError(find(new ScriptedTenant(() => ({ status: 409, body: {} }))), 'management_refused', /with 409/);
  vi.advanceTimersByTime(1);
  expect(vi.getTimerCount()).toBe(0);
});

it('ManagementConnection passes on a programming error of the port unchanged', async () => {
  const bug = new TypeError('a bug');
  const http: HttpPort = async () => {
    throw bug;
  };
  await expect(find(new ScriptedTenant(found), { http })).rejects.toBe(bug);
});

it('ManagementConnection returns a result or throws a coded error without a secret, for any response', async () => {
  const response = fc.record({
    status: fc.constantFrom(200, 201, 301, 400, 401, 403, 404, 409, 418, 429, 500),
    body: fc.oneof(
      fc.jsonValue(),
      fc.record({ message: fc.constantFrom(CLIENT_SECRET, ACCESS_TOKEN, `insufficient_scope ${CLIENT_SECRET}`) }),
      fc.record({
        error: fc.constantFrom(CLIENT_SECRET, 'insufficient_scope'),
        client_grants: fc.array(fc.jsonValue()),
      }),
      fc.record({ resource_servers: fc.array(fc.oneof(fc.jsonValue(), fc.record({ id: fc.string() }))) }),
    ),
  });
  await fc.assert(
    fc.asyncProperty(response, fc.boolean(), async (anyResponse, scriptsToken) => {
      const tenant = new ScriptedTenant(() => anyResponse, { scriptsToken });
      const { resourceServers, clientGrants, applicationPasswords } = tenant.connect();
      const calls = [
        () => resourceServers.find('https://demo.api'),
        () => resourceServers.identifiers(),
        () => clientGrants.find('a', 'b'),
        () => applicationPasswords.list('auth0|1'),
        () => applicationPasswords.create('auth0|1', { label: 'a', audience: 'b', scopes: [] }),
      ];
      for (const call of calls) {
        const error: unknown = await call().then(
          () => undefined,
          (reason: unknown) => reason,
        );
        if (error === undefined) continue;
        expect(error).toBeInstanceOf(CodedError);
        const errorText = `${String(error)} ${JSON.stringify(error)} ${error instanceof Error ? error.stack : ''}`;
        expect(errorText).not.toContain(CLIENT_SECRET);
        expect(errorText).not.toContain(ACCESS_TOKEN);
        expect(error).not.toHaveProperty('cause');
      }
    }),
    { numRuns: 300 },
  );
});
