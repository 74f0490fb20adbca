import fc from 'fast-check';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { CodedError } from '../../../src/core/errors.ts';
import { HttpFailure, type HttpPort } from '../../../src/core/http.ts';
import { connectManagement } from '../../../src/management/management-connection.ts';
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
      clientId: 'a',
      clientSecret: 'b',
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
  ])('may not be "%s", and is not repeated since it may hold a password', async (tenantUrl) => {
    const work = () =>
      connectManagement({ tenantUrl, clientId: 'a', clientSecret: 'b', http: new ScriptedTenant(found).http });
    const error = await expectError(work, 'configuration_invalid', /Expected "https:\/\/HOST\/" with its final slash/);
    expect(error.message).not.toContain('canary');
  });
});

describe('the token', () => {
  it('is requested once, as a machine, and sent with every request', async () => {
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
    ['lacks a scope, perhaps granted since', insufficientScope],
  ])('that was kept and %s is replaced, and the request sent again', async (_what, refusal) => {
    const responses = [found(), refusal, found()];
    const tenant = new ScriptedTenant(() => responses.shift());
    const { resourceServers } = tenant.connect();
    await resourceServers.find('https://demo.api');
    expect(await resourceServers.find('https://demo.api')).toMatchObject(API);
    expect(tokenRequests(tenant)).toBe(2);
  });

  it('that replaced another is in no error, even if the tenant repeats it', async () => {
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

  it('that is new and lacks a scope is not replaced: that would not help', async () => {
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
  ])('that comes as %s is not used', async (_what, body) => {
    const tenant = new ScriptedTenant(() => ({ body }), { scriptsToken: true });
    await expectError(find(tenant), 'management_malformed', /^The tenant responded .*Expected/);
  });
});

describe('a management client', () => {
  const refusedWith = (response: ScriptedResponse) => new ScriptedTenant(() => response, { scriptsToken: true });

  it('with a wrong secret is told to correct it', async () => {
    const tenant = refusedWith({ status: 401, body: { error: 'access_denied', error_description: CLIENT_SECRET } });
    await expectError(
      find(tenant),
      'management_client_refused',
      /^The tenant refused the management client "management-client": got 401 access_denied, expected a token for "https:\/\/tenant.example\/api\/v2\/".*client secret/,
    );
    expect(tenant.log).toEqual(['POST /oauth/token']);
  });

  it('without a grant is told where to authorize it', async () => {
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

  it('is not shown an error code that is not valid', async () => {
    const tenant = refusedWith({ status: 400, body: { error: '<script>canary</script>' } });
    await expectError(find(tenant), 'management_client_refused', /got 400, expected/);
  });

  it('at something that is not a tenant is told so', async () => {
    await expectError(
      find(refusedWith({ status: 404, body: {} })),
      'management_malformed',
      /"access_token".*check that the URL/,
    );
  });

  it('that lacks a scope is told which, and where to give it', async () => {
    await expectError(
      find(new ScriptedTenant(() => insufficientScope)),
      'management_scope_missing',
      /"management-client" lacks a scope for GET .*expected read:resource_servers\. Give it this scope/,
    );
  });

  it('whose new token is refused is told to check which API it is for', async () => {
    const tenant = new ScriptedTenant(() => ({ status: 401, body: { message: 'Invalid token' } }));
    await expectError(
      find(tenant),
      'management_client_refused',
      /with 401, though it had just given.*managementDomain/,
    );
  });
});

describe('a rate limit', () => {
  it('is waited out as the tenant says, for the token and for requests', async () => {
    const limited = (retryAfter: string) => ({ status: 429, headers: { 'retry-after': retryAfter } });
    const responses = [limited('3'), { body: TOKEN_RESPONSE }, limited('5'), found()];
    const tenant = new ScriptedTenant(() => responses.shift(), { scriptsToken: true });
    expect(await find(tenant)).toMatchObject(API);
    expect(tenant.sleptMs).toEqual([3000, 5000]);
  });

  it('that is longer than the time left is an error at once', async () => {
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

  it('is not waited out beyond the deadline of all the work, however short each wait', async () => {
    const tenant = new ScriptedTenant(() => ({ status: 429, headers: { 'retry-after': '8' } }));
    await expectError(find(tenant, { timeoutMs: 20_000 }), 'management_throttled', /with 429/);
    expect(tenant.sleptMs).toEqual([8000, 8000]);
  });
});

describe('a tenant that fails', () => {
  it('for a moment is asked again', async () => {
    const responses = [{ status: 502 }, new HttpFailure('connection', 'cut'), found()];
    const tenant = new ScriptedTenant(() => responses.shift());
    expect(await find(tenant)).toMatchObject(API);
    expect(tenant.sleptMs).toEqual([500, 1000]);
  });

  it('for good is an error that says how', async () => {
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

  it('while it makes something is not asked again: it may have made it', async () => {
    const tenant = new ScriptedTenant(() => ({ status: 502 }));
    const creation = tenant.connect().clientGrants.create({ clientId: 'a', audience: 'b', scopes: [] });
    await expectError(
      creation,
      'management_unavailable',
      /POST \/api\/v2\/client-grants to the tenant failed: got status 502/,
    );
    expect(tenant.log.filter((line) => line.includes('client-grants'))).toHaveLength(1);
  });

  it('that does not respond is cut off, and gets no request once the time is used up', async () => {
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
    ['too much', { body: `"${'x'.repeat(4_000_001)}"` }, /more than 4000000 bytes/],
  ])('by %s is not asked again', async (_what, response, message) => {
    const tenant = new ScriptedTenant(() => response);
    const error = await expectError(find(tenant), 'management_malformed', message);
    expect(error.message).not.toContain('canary');
    expect(tenant.log).toHaveLength(2);
  });

  it('to know what a request is about is quoted, without what was secret in it', async () => {
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

it('a connection whose time is used up sends nothing more, and says so', async () => {
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

it('every request is bounded in time and size, and says what it accepts', async () => {
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

it('an attempt has no more time than all the work has left', async () => {
  const tenant = new ScriptedTenant(found);
  const http = vi.fn<HttpPort>((request) => tenant.http(request));
  await find(tenant, { http, timeoutMs: 700 });
  expect(http.mock.calls.map(([{ timeoutMs }]) => timeoutMs)).toEqual([700, 700]);
});

it('a failed request leaves no timer behind that would keep the process alive', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  await expectError(find(new ScriptedTenant(() => ({ status: 409, body: {} }))), 'management_refused', /with 409/);
  vi.advanceTimersByTime(1);
  expect(vi.getTimerCount()).toBe(0);
});

it('a programming error of the port comes out as it is', async () => {
  const bug = new TypeError('a bug');
  const http: HttpPort = async () => {
    throw bug;
  };
  await expect(find(new ScriptedTenant(found), { http })).rejects.toBe(bug);
});

it('whatever a tenant responds, and echoes, is a result or a coded error without a secret', async () => {
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
        const told = `${String(error)} ${JSON.stringify(error)} ${error instanceof Error ? error.stack : ''}`;
        expect(told).not.toContain(CLIENT_SECRET);
        expect(told).not.toContain(ACCESS_TOKEN);
        expect(error).not.toHaveProperty('cause');
      }
    }),
    { numRuns: 300 },
  );
});
