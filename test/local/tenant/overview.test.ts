import { expect, it } from 'vitest';
import { openApplication, tokensOf, USER } from '../../support/tenant/login.ts';
import { ask, manage, newKey, postForm } from '../../support/tenant/requests.ts';
import { DEMO_API, open, START_MS } from '../../support/tenant/tenant.ts';

it('the overview is JSON that holds no secret: no password, token, code, cookie or key', async () => {
  const application = await openApplication();
  const { tenant, browser } = application;
  const tokens = await tokensOf(application);
  const asp = tenant.mintApplicationPassword();
  const overview = tenant.overview();
  const text = JSON.stringify(overview);
  expect(JSON.parse(text)).toStrictEqual(overview);
  const secrets = [tokens.access_token, tokens.refresh_token, tokens.id_token, asp.value, ...browser.cookies.values()];
  for (const secret of [...secrets, USER.password, 'app-passwords-secret']) expect(text).not.toContain(secret);
  expect(text).not.toMatch(/code_verifier|PRIVATE/);
});

it('app passwords are listed with their user, scopes and last use', async () => {
  const { tenant, clock } = await open();
  const { id } = tenant.mintApplicationPassword({ label: 'backup', scope: 'read:foo create:foo' });
  const usual = {
    ...{ id, userId: 'auth0|1234', username: 'user@gmail.com', label: 'backup', audience: DEMO_API },
    ...{ scopes: ['read:foo', 'create:foo'], createdAt: START_MS },
  };
  expect(tenant.overview().applicationPasswords).toStrictEqual([{ ...usual, lastUsedAt: null }]);
  const record = tenant.state.applicationPasswords.get(id);
  if (record) tenant.state.applicationPasswords.set(id, { ...record, lastAccessedMs: clock.ms + 5 });
  expect(tenant.overview().applicationPasswords).toStrictEqual([{ ...usual, lastUsedAt: START_MS + 5 }]);
});

it('an API is listed with the ids of its keys, a grant with its scopes, and neither with the fillers', async () => {
  const { tenant } = await open();
  const { resourceServers } = tenant.state;
  const api = [...resourceServers.values()].find(({ identifier }) => identifier === DEMO_API);
  const { pem } = newKey();
  const registered = [
    { kid: 'first', pem },
    { kid: 'second', pem },
    { kid: 'broken', pem: 'x' },
  ];
  if (api) resourceServers.set(api.id, { ...api, verificationKeys: registered });
  const overview = tenant.overview();
  const find = (identifier: string) => overview.resourceServers.find((server) => server.identifier === identifier);
  expect(find(DEMO_API)).toMatchObject({ name: 'Demo API', keyIds: ['first', 'second'], keyLocation: null });
  expect(find('https://demo.api/')).toMatchObject({ keyIds: [] });
  expect(overview.clientGrants).toContainEqual({
    clientId: 'app-passwords',
    audience: `${tenant.issuer}api/v2/`,
    scopes: ['read', 'create', 'delete'].map((verb) => `${verb}:user_application_passwords`),
    subjectType: 'client',
  });
  expect(overview.clientGrants).toContainEqual(
    expect.objectContaining({ clientId: 'local-web-client', scopes: 'all' }),
  );
  expect(JSON.stringify(overview)).not.toContain('filler');
});

it('a key without an id is listed by its thumbprint, and a location as it is', async () => {
  const { tenant } = await open();
  const { resourceServers } = tenant.state;
  const api = [...resourceServers.values()].find(({ identifier }) => identifier === DEMO_API);
  // The key and the thumbprint of RFC 7638 section 3.1.
  const n =
    '0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw';
  if (api) resourceServers.set(api.id, { ...api, verificationKey: { kty: 'RSA', e: 'AQAB', n } });
  const listed = () => tenant.overview().resourceServers.find(({ identifier }) => identifier === DEMO_API);
  expect(listed()).toMatchObject({ keyIds: ['NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs'] });
  if (api) resourceServers.set(api.id, { ...api, verificationLocation: 'https://keys.example/jwks.json' });
  expect(listed()).toMatchObject({ keyIds: [], keyLocation: 'https://keys.example/jwks.json' });
});

it('failed logins and blocks are listed until the next success', async () => {
  const application = await openApplication();
  const { tenant, clock } = application;
  const client = { client_id: 'local-password-client', client_secret: 'local-password-secret' };
  const logIn = (password: string) =>
    postForm(tenant, '/oauth/token', { grant_type: 'password', ...client, ...USER, audience: DEMO_API, password });
  await logIn('wrong');
  const pair = { username: USER.username, ip: '127.0.0.1' };
  expect(tenant.overview().failedLogins).toStrictEqual([{ ...pair, failures: 1, blockedUntil: null }]);
  await logIn(USER.password);
  expect(tenant.overview().failedLogins).toStrictEqual([]);
  for (let count = 0; count < 10; count += 1) tenant.logins.fail(USER.username, '127.0.0.1');
  const blockedUntil = START_MS + 30 * 86_400_000;
  expect(tenant.overview().failedLogins).toStrictEqual([{ ...pair, failures: 10, blockedUntil }]);
  clock.ms = blockedUntil;
  expect(tenant.overview().failedLogins).toStrictEqual([{ ...pair, failures: 10, blockedUntil: null }]);
});

it('the rate limits show what is left, and when the window ends', async () => {
  const { tenant, clock } = await open();
  const fresh = { family: 'management', limit: 10_000, remaining: 10_000, resetsAt: null };
  expect(tenant.overview().rateLimits).toContainEqual(fresh);
  tenant.rateLimits.set('management', { limit: 2, windowSeconds: 10 });
  for (const remaining of [1, 0, 0]) {
    await ask(tenant, '/api/v2/clients');
    const state = { family: 'management', limit: 2, remaining, resetsAt: START_MS + 10_000 };
    expect(tenant.overview().rateLimits).toContainEqual(state);
  }
  clock.ms += 10_000;
  expect(tenant.overview().rateLimits).toContainEqual({ ...fresh, limit: 2, remaining: 2 });
});

it('faults are listed while they last', async () => {
  const { tenant } = await open();
  tenant.faults.add({ kind: 'status', status: 503, times: 2 });
  tenant.faults.add({ kind: 'latency', ms: 0 });
  await ask(tenant, '/.well-known/jwks.json');
  expect(tenant.overview().faults).toStrictEqual([
    { kind: 'status', status: 503, times: 1 },
    { kind: 'latency', ms: 0 },
  ]);
  await ask(tenant, '/.well-known/jwks.json');
  expect(tenant.overview().faults).toStrictEqual([{ kind: 'latency', ms: 0 }]);
  tenant.faults.clear();
  expect(tenant.overview().faults).toStrictEqual([]);
});

it('sessions are counted, and the requests of the last minute are listed without their parameters', async () => {
  const application = await openApplication();
  const { tenant, clock } = application;
  await tokensOf(application);
  const { sessions, requests } = tenant.overview();
  expect(sessions).toBe(1);
  expect(requests.at(-1)).toStrictEqual({ at: START_MS, method: 'POST', path: '/oauth/token', status: 200 });
  expect(requests.map(({ path }) => path)).toContain('/authorize');
  clock.ms += 60_000;
  await manage(tenant, 'GET', 'clients');
  expect(tenant.overview().requests.map(({ path }) => path)).toStrictEqual(['/oauth/token', '/api/v2/clients']);
  clock.ms += 3 * 86_400_000;
  expect(tenant.overview()).toMatchObject({ sessions: 0, requests: [] });
});

it('both signing keys are listed after a rotation, the new one first', async () => {
  const { tenant } = await open();
  const [before] = tenant.overview().signingKeys;
  const kid = await tenant.rotateSigningKeys();
  expect(tenant.overview().signingKeys).toStrictEqual([kid, before]);
});
