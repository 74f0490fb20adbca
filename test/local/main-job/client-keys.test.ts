/** The password client and the management client with keys, through the whole path: no shared secret is left anywhere. */
import type { KeyObject } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startLocalEnvironment } from '../../../local/environment.ts';
import { registerClientKey } from '../../../local/local-clients.ts';
import { localConfiguration } from '../../../local/options.ts';
import type { Tenant } from '../../../local/tenant/server.ts';
import { composeAuthorizer } from '../../../src/authorizer/compose.ts';
import { createAuthorizerSecrets } from '../../../src/aws/authorizer-secrets.ts';
import { parseAuthorizerConfiguration } from '../../../src/config/authorizer-configuration.ts';
import { createHttpsClient } from '../../../src/http/https-client.ts';
import { openWorkshop } from '../../support/cli/asp.ts';
import { keySecret, OTHER_RSA, publicPem, RSA } from '../../support/core/client-keys.ts';
import { requestWith } from '../../support/core/composed.ts';
import { makeSigningKey } from '../../support/core/signing-keys.ts';
import { basic, call } from '../../support/http/call.ts';
import { UNCACHED } from '../../support/local/start.ts';
import { DEMO_API, open, PASSWORD_CLIENT } from '../../support/tenant/tenant.ts';

const USER = 'user@gmail.com';
const { clientId } = PASSWORD_CLIENT;
const SIGNING_KEY = makeSigningKey('resource-server');

function register(tenant: Tenant, key: KeyObject): void {
  registerClientKey(tenant, clientId, publicPem(key));
}

/** The authorizer of a deployment, whose secret holds what the test stores, before a strict tenant. */
async function deployed() {
  const { tenant, clock } = await open();
  register(tenant, RSA);
  const http = createHttpsClient();
  onTestFinished(() => http.close());
  const { gatewayTtlSeconds: _, ...caches } = UNCACHED;
  const configuration = { issuer: tenant.issuer, audience: DEMO_API, signingKeySecret: 'key', ...caches };
  const secret = { text: keySecret(clientId, RSA), reads: 0 };
  const secrets = createAuthorizerSecrets(async () => {
    secret.reads += 1;
    return secret.text;
  });
  const skew = { ms: 0 };
  const authorizer = composeAuthorizer(parseAuthorizerConfiguration(JSON.stringify(configuration)), {
    http: http.send,
    clock: () => clock.ms + skew.ms,
    sleep: async () => undefined,
    random: () => 0,
    signingKeys: { read: async () => [SIGNING_KEY] },
    passwordGrantClient: () => secrets.readClient('auth0/password-grant'),
  });
  const password = [...tenant.state.users.values()].find(({ email }) => email === USER)?.password ?? '';
  const logIn = () => authorizer.decide(requestWith(basic(USER, password)));
  return { tenant, clock, skew, secret, logIn };
}

describe('a password client with a key', () => {
  it('logs users in with assertions that the tenant accepts once each', async () => {
    const { tenant, logIn, secret } = await deployed();
    for (let time = 0; time < 3; time += 1) expect(await logIn()).toMatchObject({ outcome: 'allow' });
    const bodies = tenant.requests.filter(({ path }) => path === '/oauth/token').map(({ body }) => body);
    expect(new Set(bodies.map((body) => body?.client_assertion)).size).toBe(3);
    for (const body of bodies) expect(body).not.toHaveProperty('client_secret');
    expect(secret.reads).toBe(1);
  });

  it('may get another key at any time, and no caller notices', async () => {
    const { tenant, logIn, secret } = await deployed();
    await logIn();
    register(tenant, OTHER_RSA);
    secret.text = keySecret(clientId, OTHER_RSA, { kid: 'kid-1' });
    for (let time = 0; time < 2; time += 1) expect(await logIn()).toMatchObject({ outcome: 'allow' });
    expect(secret.reads).toBe(2);
    expect(tenant.requests.filter(({ status }) => status === 401)).toHaveLength(1);
  });

  it('may replace a client that had a secret, and be replaced by one', async () => {
    const { tenant, logIn, secret, clock } = await deployed();
    const withKey = tenant.state.clients.get(clientId);
    if (!withKey) throw new Error('The tenant has no password client.');
    const { credentials: _, ...withSecret } = withKey;
    await logIn();
    for (const [client, text] of [
      [withSecret, JSON.stringify(PASSWORD_CLIENT)],
      [withKey, keySecret(clientId, RSA)],
    ] as const) {
      tenant.state.clients.set(clientId, client);
      secret.text = text;
      clock.ms += 30_000;
      expect(await logIn()).toMatchObject({ outcome: 'allow' });
    }
  });

  it.each<[string, (world: Awaited<ReturnType<typeof deployed>>) => unknown]>([
    ['its key is not the one at the tenant', ({ tenant }) => register(tenant, OTHER_RSA)],
    ['its assertions have expired when they arrive', ({ skew }) => Object.assign(skew, { ms: -600_000 })],
    [
      'the name of its key is not the one of the tenant',
      ({ secret }) => Object.assign(secret, { text: keySecret(clientId, RSA, { kid: 'x' }) }),
    ],
  ])('causes 503 and never blames the user if %s, and reads the secret at most every 30 s', async (_, breakIt) => {
    const world = await deployed();
    breakIt(world);
    for (let second = 0; second < 61; second += 10) {
      expect(await world.logIn()).toMatchObject({ outcome: 'unavailable', reason: 'issuer_client_refused' });
      world.clock.ms += 10_000;
    }
    expect(world.tenant.logins.totalFailures()).toBe(0);
    // The first read, and those at 0, 30 and 60 s.
    expect(world.secret.reads).toBe(4);
  });

  it('causes 503 if its secret does not hold a usable key, and works as soon as it does', async () => {
    const { logIn, secret } = await deployed();
    secret.text = JSON.stringify({ clientId, privateKey: publicPem(RSA) });
    expect(await logIn()).toMatchObject({ outcome: 'unavailable', reason: 'configuration_invalid' });
    secret.text = keySecret(clientId, RSA);
    expect(await logIn()).toMatchObject({ outcome: 'allow' });
  });
});

describe('local mode with keys for its clients', () => {
  it('sets up the tenant, logs users in and runs asp without a shared secret, and logs nothing of a key', async () => {
    const log: string[] = [];
    const options = { port: 0, tenantPort: 0, clientKeys: true, configuration: localConfiguration(UNCACHED) };
    const local = await startLocalEnvironment(options, { log: (line) => log.push(line), clock: Date.now });
    onTestFinished(() => local.close());
    const { gateway, issuer, management, users, tokens } = local.ready;
    const [user] = users;
    if (!user || !('privateKey' in management)) throw new Error('There is no user, or no key.');
    const foo = new URL('foo', gateway);
    expect((await call(foo, 'GET', basic(user.username, user.password))).status).toBe(200);
    expect((await call(foo, 'GET', basic(user.username, 'wrong'))).status).toBe(401);
    expect((await call(foo, 'GET', basic(user.username, tokens.asp))).status).toBe(200);
    for (const { body } of local.tenant.requests) expect(body ?? {}).not.toHaveProperty('client_secret');
    const workshop = openWorkshop({
      AUTH0_DOMAIN: issuer,
      AUTH0_CLIENT_ID: management.clientId,
      AUTH0_CLIENT_KEY_FILE: 'management.json',
    });
    const lines = management.privateKey.split('\n').filter((line) => /^[\w+/]{40}/.test(line));
    for (const line of lines) workshop.secrets.add(line);
    workshop.write('management.json', JSON.stringify(management));
    workshop.clock.ms = Date.now();
    const list = await workshop.asp(['list', '--user', user.userId, '--verbose', '--json']);
    expect(JSON.parse(list.stdout).applicationPasswords).toHaveLength(1);
    expect(lines.length).toBeGreaterThan(20);
    for (const line of lines) expect(log.join('\n')).not.toContain(line);
  });
});
