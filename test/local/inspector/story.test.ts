/** What the inspector tells about real requests, for each kind of credential. */
import { describe, expect, it } from 'vitest';
import type { Story } from '../../../web/inspector/protocol.ts';
import { openInspector, startInspector } from '../../support/local/inspector.ts';

const { local, offer, credential, send, sendPrepared, act, post } = await openInspector();

const empty = () => act({ action: 'empty_caches', cache: 'all' });
const way = ({ stations }: Story) =>
  Object.fromEntries(stations.map(({ name, state, result }) => [name, `${state}: ${result}`]));
const failed = ({ steps }: Story) => steps.filter(({ state }) => state === 'failed').map(({ title }) => title);
const calls = ({ steps }: Story) => steps.flatMap((step) => step.calls ?? []).map(({ words }) => words.split(':')[0]);

describe('the story of a prepared credential', () => {
  it.each([
    ['jwt', 200, 'allowed', ['GET /.well-known/jwks.json']],
    ['opaque', 200, 'allowed', ['POST /oauth/introspect']],
    ['asp', 200, 'allowed', ['POST /oauth/introspect']],
    ['basic-asp', 200, 'allowed', ['POST /oauth/introspect']],
    ['basic-password', 200, 'allowed', ['POST /oauth/token', 'GET /.well-known/jwks.json']],
    ['client', 200, 'allowed', ['GET /.well-known/jwks.json']],
    ['expired', 401, 'token_expired', []],
    ['forged', 401, 'signature_invalid', ['GET /.well-known/jwks.json']],
    ['audience', 401, 'audience_mismatch', []],
    ['issuer', 401, 'issuer_mismatch', []],
    ['symmetric', 401, 'algorithm_symmetric', []],
    ['unsigned', 401, 'algorithm_refused', []],
    ['unscoped', 403, 'scope_missing', ['GET /.well-known/jwks.json']],
    ['revoked-asp', 401, 'token_inactive', ['POST /oauth/introspect']],
    ['other-asp', 401, 'username_mismatch', ['POST /oauth/introspect']],
    ['wrong-password', 401, 'token_inactive', ['POST /oauth/token', 'POST /oauth/introspect']],
    ['refresh', 401, 'token_type_refused', ['POST /oauth/introspect']],
    ['malformed', 401, 'credential_malformed', []],
    ['none', 401, 'credential_missing', []],
  ])('%s: %i, %s', async (id, status, reason, expectedCalls) => {
    await empty();
    const story = await sendPrepared(id);
    expect([story.response.status, story.verdict.reason, calls(story)]).toEqual([status, reason, expectedCalls]);
    expect(failed(story)).toHaveLength(status === 200 ? 0 : id === 'unscoped' || id === 'wrong-password' ? 2 : 1);
    expect(story.stations.at(-1)?.state).toBe(status === 200 ? 'passed' : 'idle');
  });

  it('covers every credential that is offered', async () => {
    expect((await offer()).credentials.map(({ id }) => id)).toHaveLength(19);
  });
});

describe('the caches in the story', () => {
  it('shows a hit in the gateway, in the process, and in the shared cache', async () => {
    await empty();
    await sendPrepared('opaque');
    expect(way(await sendPrepared('opaque'))).toMatchObject({
      gateway: 'cached: cache hit',
      authorizer: 'idle: not asked',
    });
    await act({ action: 'empty_caches', cache: 'gateway' });
    expect(way(await sendPrepared('opaque'))).toMatchObject({
      caches: 'cached: process hit',
      tenant: 'idle: not asked',
    });
    await act({ action: 'empty_caches', cache: 'gateway' });
    await act({ action: 'empty_caches', cache: 'process' });
    expect(way(await sendPrepared('opaque'))).toMatchObject({
      caches: 'cached: shared hit',
      tenant: 'idle: not asked',
    });
    await empty();
    expect(way(await sendPrepared('opaque'))).toMatchObject({
      caches: 'passed: miss',
      tenant: expect.stringMatching(/^passed: 1 call/),
    });
  });

  it('shows that a process remembers a refusal', async () => {
    await empty();
    expect(way(await sendPrepared('expired'))).toMatchObject({ caches: 'passed: miss' });
    const again = await sendPrepared('expired');
    expect(way(again)).toMatchObject({ caches: 'cached: process: refused', authorizer: 'stopped: token_expired' });
    expect(failed(again)).toEqual(['The process looks in its own cache']);
  });
});

describe('the rest of the story', () => {
  it('has the policy, the context, and the response', async () => {
    await empty();
    const { policy, context, response } = await sendPrepared('jwt');
    expect(JSON.parse(policy ?? '')).toMatchObject({ policyDocument: { Statement: [{ Effect: 'Allow' }] } });
    expect(context).toMatchObject({ username: '', scope: expect.stringContaining('read:foo') });
    expect(JSON.parse(response.body)).toMatchObject({ route: 'GET /foo' });
    expect(response.headers).toContainEqual(['content-type', 'application/json']);
  });

  it('shows the challenge of a refusal', async () => {
    const { response } = await sendPrepared('unscoped');
    expect(Object.fromEntries(response.headers)['www-authenticate']).toContain('insufficient_scope');
  });

  it('stops at a route that the API does not have', async () => {
    const story = await sendPrepared('jwt', { path: '/not-a-route' });
    expect(way(story)).toMatchObject({ gateway: 'stopped: no such route', authorizer: 'idle: not asked' });
    expect(story.response.status).toBe(404);
  });

  it('shows a token that nothing here can read', async () => {
    await empty();
    const story = await send(`Bearer ${local.tenant.mintEncrypted()}`);
    expect(story.verdict.reason).toBe('token_encrypted');
    expect(failed(story)).toEqual(['The authorizer refuses the credential']);
  });

  it('knows nothing of requests that others send', async () => {
    await empty();
    const { authorization } = await credential('asp');
    const [story] = await Promise.all([
      send(authorization),
      local.call('GET', '/whoami', (await credential('jwt')).authorization),
    ]);
    expect(calls(story)).toEqual(['POST /oauth/introspect']);
    expect(story.steps.filter(({ station }) => station === 'backend')).toHaveLength(1);
  });

  it('never repeats the credential', async () => {
    await empty();
    for (const { authorization = 'none' } of (await offer()).credentials) {
      const [, secret = 'none at all'] = /^\w+ (\S{16,})$/.exec(authorization) ?? [];
      expect(JSON.stringify(await send(authorization))).not.toContain(secret);
    }
  });
});

describe('a request that cannot be sent', () => {
  it.each([
    ['a path of the inspector', { method: 'GET', path: '/.local/state' }],
    ['another host', { method: 'GET', path: '//evil.example/' }],
    ['a path that is none', { method: 'GET', path: 'foo' }],
    ['an unknown method', { method: 'TRACE', path: '/foo' }],
    ['a line break', { method: 'GET', path: '/foo', authorization: 'Bearer a\r\nHost: b' }],
    ['letters that a header cannot hold', { method: 'GET', path: '/foo', authorization: 'Bearer ä' }],
    ['no object', []],
  ])('is refused: %s', async (_name, request) => {
    const { status, body } = await post('/.local/send', request);
    expect([status, body]).not.toContain('Bearer');
    expect(status).toBe(400);
  });

  it('never reaches a route if its headers are too large', async () => {
    const { verdict, response, steps, stations } = await send(`Bearer ${'a'.repeat(12_000)}`);
    expect([response.status, verdict.outcome, steps]).toEqual([431, 'refused', []]);
    expect(verdict.words).toBe('The gateway itself responds with 431, before it looks for a route.');
    expect(stations[0]).toMatchObject({ result: 'answered by itself', state: 'stopped' });
  });
});

describe('a request that the gateway answers itself', () => {
  it('ends there, and is not one without a route', async () => {
    const { response, stations } = await send(undefined, { method: 'OPTIONS' });
    expect(response.status).toBe(204);
    expect(stations[0]).toMatchObject({ result: 'answered by itself', state: 'stopped' });
  });
});

describe('a refusal after a step that failed for another reason', () => {
  it('has a step of its own', async () => {
    const inspector = await startInspector({ introspectJwts: true, allowedOrganizations: ['org_AbCdEf1234567890'] });
    const story = await inspector.sendPrepared('basic-password');
    expect(story.verdict.reason).toBe('organization_refused');
    expect(failed(story)).toContain('The authorizer refuses the credential');
  });
});

describe('a backend that fails', () => {
  it('is shown as failed', async () => {
    const inspector = await startInspector({
      backendUrl: 'http://127.0.0.1:1',
      routes: { 'ANY /{proxy+}': ['read:foo'] },
    });
    const story = await inspector.sendPrepared('jwt');
    expect(story.response.status).toBeGreaterThanOrEqual(500);
    expect(story.stations.at(-1)).toMatchObject({ name: 'backend', state: 'stopped' });
  });

  it('has no route that is unknown if the API has all', async () => {
    const { offer: offered } = await startInspector({
      backendUrl: 'http://127.0.0.1:1',
      routes: { 'ANY /{proxy+}': ['read:foo'] },
    });
    expect((await offered()).routes.map(({ path }) => path)).not.toContain('/not-a-route');
  });
});
