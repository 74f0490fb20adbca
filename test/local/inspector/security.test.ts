/** The inspector is for its own page on this machine: other names, other pages and other machines get nothing. */
import { describe, expect, it } from 'vitest';
import { call } from '../../support/http/call.ts';
import { startBackend } from '../../support/local/demonstration.ts';
import { openInspector } from '../../support/local/inspector.ts';
import { startLocal } from '../../support/local/start.ts';

const { local, post } = await openInspector();
const { port, origin } = new URL(local.ready.gateway);
const PATHS = ['/', '/.local/', '/.local/app.js', '/.local/state', '/.local/offer', '/.local/docs/limits.md'];
const get = (path: string, headers: Readonly<Record<string, string | readonly string[]>> = {}) =>
  call(new URL(path, local.ready.gateway), 'GET', undefined, { headers });

describe('the host', () => {
  it.each(['127.0.0.1', 'localhost', '[::1]'])('may be %s with the port', async (name) => {
    for (const path of PATHS)
      expect([path, (await get(path, { host: `${name}:${port}` })).status]).toEqual([path, 200]);
  });

  it.each([
    ['evil.example'],
    [`evil.example:${port}`],
    ['127.0.0.1'],
    ['127.0.0.1:1'],
    [`127.0.0.1.evil.example:${port}`],
    [`localhost:${port}@evil.example`],
    [`LOCALHOST.:${port}`],
  ])('may not be %s', async (host) => {
    for (const path of PATHS) expect([path, (await get(path, { host })).status]).toEqual([path, 403]);
    const { status, body } = await post('/.local/send', { method: 'GET', path: '/foo' }, { host });
    expect([status, body]).toEqual([403, '{"title":"This page is for this machine only.","status":403}']);
  });

  it('of requests to the API may be any', async () => {
    expect(
      (await local.call('GET', '/foo', `Bearer ${local.ready.tokens.jwt}`, { headers: { host: 'api.example' } }))
        .status,
    ).toBe(200);
  });
});

describe('the root', () => {
  it('is of the page for reading only: the API may have a route that writes there', async () => {
    const own = await startLocal({ routes: { 'POST /': ['read:foo'] } });
    const { status, body } = await own.call('POST', '/', `Bearer ${own.ready.tokens.jwt}`);
    expect([status, JSON.parse(body).route]).toEqual([200, 'POST /']);
  });
});

describe('an action', () => {
  const request = { method: 'GET', path: '/foo' };
  it.each([
    ['without an origin', { origin: [] }],
    ['of another origin', { origin: 'https://evil.example' }],
    ['of another port', { origin: 'http://127.0.0.1:1' }],
    ['of another of our names', { origin: `http://localhost:${port}` }],
    ['of a page without an origin', { origin: 'null' }],
    ['with https', { origin: `https://127.0.0.1:${port}` }],
    ['that a form can send', { 'content-type': 'text/plain' }],
    ['that another page sends without asking', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['without a type', { 'content-type': [] }],
    ['of the same site', { 'sec-fetch-site': 'same-site' }],
    ['of another site', { 'sec-fetch-site': 'cross-site' }],
  ])('%s is refused', async (_name, headers) => {
    for (const path of ['/.local/send', '/.local/actions']) {
      const usual = { origin, 'content-type': 'application/json' };
      const response = await call(new URL(path, local.ready.gateway), 'POST', undefined, {
        headers: { ...usual, ...headers },
        body: JSON.stringify({ ...request, action: 'unblock' }),
      });
      expect([path, response.status]).toEqual([path, 403]);
    }
  });

  it('of the page itself is not', async () => {
    expect((await post('/.local/send', request, { 'sec-fetch-site': 'same-origin' })).status).toBe(200);
    expect((await post('/.local/actions', { action: 'unblock' })).status).toBe(200);
  });

  it('is refused if nobody knows it, or if it is too large', async () => {
    for (const action of [
      { action: 'exit' },
      {},
      [],
      { action: 'advance_clock', seconds: -1 },
      { action: 'create_app_password', label: 'a\nb' },
    ])
      expect((await post('/.local/actions', action)).status).toBe(400);
    expect((await post('/.local/actions', { action: 'unblock', more: 'x'.repeat(100_000) })).status).toBe(400);
    expect((await post('/.local/nothing', {})).status).toBe(400);
  });
});

describe('the data', () => {
  it.each(['same-site', 'cross-site'])('is refused for a script of a page that is %s', async (site) => {
    for (const path of ['/.local/state', '/.local/offer'])
      expect((await get(path, { 'sec-fetch-site': site })).status).toBe(403);
  });

  it('is refused for another origin', async () => {
    for (const path of PATHS) expect((await get(path, { origin: 'https://evil.example' })).status).toBe(403);
  });
});

describe('every response', () => {
  it('has a strict policy, and allows no other page to frame or read it', async () => {
    for (const path of [...PATHS, '/.local/nothing']) {
      const { headers } = await get(path);
      expect(headers.get('content-security-policy')).toMatch(
        /^default-src 'none'; script-src 'self'; .*frame-ancestors 'none'/,
      );
      expect(headers.get('content-security-policy')).not.toContain('unsafe');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('access-control-allow-origin')).toBeNull();
    }
  });

  it('to a preflight of another page allows nothing', async () => {
    const response = await call(new URL('/.local/send', local.ready.gateway), 'OPTIONS', undefined, {
      headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' },
    });
    expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([403, null]);
  });

  it('has no secret: no value of an app password, no password, no key', async () => {
    const { body } = await get('/.local/state');
    const passwords = [...local.tenant.state.applicationPasswords.values()].map(({ value }) => value);
    expect(passwords.length).toBeGreaterThan(0);
    for (const secret of [
      ...passwords,
      ...local.ready.users.map(({ password }) => password),
      'local-management-secret',
    ])
      expect(body).not.toContain(secret);
  });
});

describe('the place of the page', () => {
  const configurations = [
    ['a backend', async () => ({ backendUrl: (await startBackend()).url, routes: { 'ANY /{proxy+}': [] } })],
    ['a route at the root', async () => ({ routes: { 'GET /': [] } })],
  ] as const;
  it.each(configurations)('is not the root with %s', async (_name, configuration) => {
    const other = await startLocal(await configuration());
    const statusOf = async (path: string) => (await other.call('GET', path)).status;
    expect([await statusOf('/'), await statusOf('/.local/')]).toEqual([401, 200]);
  });

  it('is nowhere on the port of the WebSocket API', async () => {
    const url = new URL('/.local/', local.webSocketUrl.replace('ws:', 'http:'));
    expect((await call(url, 'GET')).status).toBe(426);
  });

  it('is loopback only', () => {
    expect(new URL(local.ready.gateway).hostname).toBe('127.0.0.1');
  });
});

it('a pasted credential is in no log', async () => {
  const secret = 'PastedSecretOfSomebody';
  await post('/.local/send', { method: 'GET', path: '/foo', authorization: `Bearer ${secret}` });
  expect(local.log.length).toBeGreaterThan(0);
  expect(JSON.stringify(local.log)).not.toContain(secret);
});
