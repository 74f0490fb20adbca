/**
 * The signing key changed while callers keep coming: at the tenant, and at a certified server that fetches the keys itself.
 * A caller comes after every outside call of every step; the servers keep a JWKS for as long as they may.
 */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createSecret } from '../../../lambda/key-rotation/create-secret.ts';
import { finishSecret } from '../../../lambda/key-rotation/finish-secret.ts';
import { createProof } from '../../../lambda/key-rotation/prove-key.ts';
import { revokeKey } from '../../../lambda/key-rotation/revoke-key.ts';
import type { Rotation } from '../../../lambda/key-rotation/rotation.ts';
import { setSecret } from '../../../lambda/key-rotation/set-secret.ts';
import { testSecret } from '../../../lambda/key-rotation/test-secret.ts';
import type { KeyDelivery } from '../../../src/core/key-delivery.ts';
import { createHttpsClient } from '../../../src/http/https-client.ts';
import { connectionTo } from '../../../src/setup/connect.ts';
import { parsePublicKeys } from '../../../src/signing-key/public-key-document.ts';
import type { PrivateSigningJwk } from '../../../src/signing-key/signing-key.ts';
import { startRfc7662Server } from '../../support/local/rfc7662-server.ts';
import { Callers, type IntrospectionServer } from '../../support/rotation/callers.ts';
import { type JwksServer, startJwksServer } from '../../support/rotation/jwks-server.ts';
import { MemoryVersions } from '../../support/rotation/memory-versions.ts';
import { newKey } from '../../support/setup/harness.ts';
import { MANAGEMENT_SECRET_ID, RESOURCE_SERVER, World } from '../../support/setup/world.ts';
import { DEMO_API, shareTenant } from '../../support/tenant/tenant.ts';

const DELIVERIES = ['verificationKey', 'verificationKeys', 'verificationLocation', 'wellKnown'] as const;
const STEPS = [createSecret, setSecret, testSecret, finishSecret];
const CACHE_SECONDS = 300;
const JWKS_URL = 'https://keys.example/.well-known/jwks.json';

// Date alone stands still: the certified server has no other clock.
vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-11-22T12:00:00Z') });
const clock = () => Date.now();
const advance = async (milliseconds: number) => void vi.setSystemTime(Date.now() + milliseconds);

const keys = await Promise.all([newKey(), newKey(), newKey(), newKey()]);
const [firstKey] = keys as [PrivateSigningJwk, ...PrivateSigningJwk[]];
const { tenant } = await shareTenant({ keyCacheSeconds: CACHE_SECONDS, now: clock });
const before = tenant.snapshot();
const http = createHttpsClient();

let world: World;
let secret: MemoryVersions;
let jwks: JwksServer;
let callers: Callers;

beforeEach(async () => {
  world = new World(tenant, firstKey);
  secret = new MemoryVersions('AWS', 'version-0', JSON.stringify(firstKey));
  jwks = await startJwksServer({ state: world.state, jwksCacheSeconds: CACHE_SECONDS, clock });
  for (const origin of [DEMO_API, new URL(JWKS_URL).origin]) tenant.origins.set(origin, jwks.origin);
});

afterEach(async () => {
  jwks.close();
  // What the tenant keeps of a JWKS is too old for the next test.
  await advance(CACHE_SECONDS * 1000);
});

afterAll(() => {
  http.close();
  vi.useRealTimers();
});

const theTenant: IntrospectionServer = {
  profile: 'auth0',
  issuer: tenant.issuer,
  introspectionUrl: `${tenant.issuer}oauth/introspect`,
  clientId: DEMO_API,
  issue: () => tenant.mintOpaque(),
};

/** The deployment, by CloudFormation's own way. */
async function deploy(keyDelivery: KeyDelivery, jwksUrl = JWKS_URL): Promise<string> {
  const response = await world.put(RESOURCE_SERVER, { KeyDelivery: keyDelivery, JwksUrl: jwksUrl });
  expect(response).toMatchObject({ status: 'SUCCESS' });
  return response?.physicalId ?? '';
}

function start(keyDelivery: KeyDelivery, server: IntrospectionServer, changes: Partial<Rotation> = {}): Rotation {
  callers = new Callers(server, secret, { http: http.send, clock });
  const { state, secrets } = world;
  const tenantSettings = { tenantUrl: tenant.issuer, managementSecret: MANAGEMENT_SECRET_ID };
  const connect = connectionTo(tenantSettings, { secrets, http: http.send, clock, sleep: advance });
  const unused = keys.slice(1);
  const watched = {
    secret: afterEachCall(secret),
    state: afterEachCall(state),
    sleep: afterEachCall({ advance }).advance,
  };
  return {
    settings: {
      signingKeySecret: 'arn:secret',
      stateTable: 'state',
      ...tenantSettings,
      issuer: server.issuer,
      audience: DEMO_API,
      keyDelivery,
      keyFormat: 'certificate',
      jwksUrl: JWKS_URL,
      jwksCacheSeconds: CACHE_SECONDS,
    },
    connect: () => connect(60_000),
    prove: createProof(
      { issuer: server.issuer, audience: DEMO_API },
      { http: http.send, clock, sleep: advance, random: Math.random },
    ),
    generate: async () => unused.shift() ?? newKey(),
    clock,
    uniqueId: randomUUID,
    ...watched,
    ...changes,
  };
}

/** The same port; callers come after each of its calls. */
function afterEachCall<Port extends object>(port: Port): Port {
  return new Proxy(port, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return async (...args: unknown[]) => {
        const response: unknown = await member.apply(target, args);
        await callers.call();
        return response;
      };
    },
  });
}

async function rotate(rotation: Rotation, versionId: string): Promise<void> {
  for (const step of STEPS) await step(rotation, versionId);
}

const servedKids = () => parsePublicKeys(world.state.textOf('public-keys') ?? '').map(({ kid }) => kid);

describe.each(DELIVERIES)('by %s', (keyDelivery) => {
  it('the key is changed three times, and every caller gets in', async () => {
    await deploy(keyDelivery);
    const rotation = start(keyDelivery, theTenant);
    await callers.call();
    for (const version of [1, 2, 3]) await rotate(rotation, `version-${version}`);
    expect(callers.outcomes).toEqual({ allowed: expect.any(Number) });
    expect(callers.outcomes.allowed).toBeGreaterThan(100);
    await advance(2 * (CACHE_SECONDS + 60) * 1000);
    await callers.call();
    const taken = [];
    for (const key of keys) taken.push(await callers.isTaken(key));
    expect(taken).toEqual([false, false, false, true]);
  });

  it('a change that is half done is taken away with the deployment', async () => {
    const id = await deploy(keyDelivery);
    const rotation = start(keyDelivery, theTenant);
    for (const step of [createSecret, setSecret]) await step(rotation, 'version-1');
    expect(await world.remove(RESOURCE_SERVER, id, { KeyDelivery: keyDelivery, JwksUrl: JWKS_URL })).toMatchObject({
      status: 'SUCCESS',
    });
    expect(tenant.snapshot()).toBe(before);
    await expect(setSecret(rotation, 'version-1')).rejects.toMatchObject({ code: 'tenant_not_set_up' });
    await expect(finishSecret(rotation, 'version-1')).rejects.toMatchObject({ code: 'tenant_not_set_up' });
    expect(tenant.snapshot()).toBe(before);
  });

  it('a revoked key is gone, and no teardown brings it back', async () => {
    const id = await deploy(keyDelivery);
    const rotation = start(keyDelivery, theTenant);
    await callers.call();
    const { kid } = await revokeKey(rotation, 'emergency');
    await advance(CACHE_SECONDS * 1000);
    expect([await callers.isTaken(firstKey), servedKids()]).toEqual([false, [kid]]);
    await callers.call();
    await world.remove(RESOURCE_SERVER, id, { KeyDelivery: keyDelivery, JwksUrl: JWKS_URL });
    expect(tenant.snapshot()).toBe(before);
  });
});

describe('at a tenant that', () => {
  it('checks no assertion, a new key is not put into use', async () => {
    await deploy('verificationKey');
    const rotation = start('verificationKey', theTenant);
    for (const step of [createSecret, setSecret]) await step(rotation, 'version-1');
    tenant.behaviour.checksAssertions = false;
    await expect(testSecret(rotation, 'version-1')).rejects.toMatchObject({ code: 'proof_worthless' });
    tenant.behaviour.checksAssertions = true;
    await expect(finishSecret(rotation, 'version-1')).rejects.toMatchObject({ code: 'version_withdrawn' });
    expect(await callers.isTaken(firstKey)).toBe(true);
  });

  it('checks no assertion, a revocation is done all the same, and says so', async () => {
    await deploy('verificationKey');
    const rotation = start('verificationKey', theTenant);
    tenant.behaviour.checksAssertions = false;
    expect(await revokeKey(rotation, 'emergency')).toMatchObject({ introspection: 'proof_worthless' });
  });

  it('has no introspection, a new key is not put into use either', async () => {
    await deploy('verificationKey');
    const rotation = start('verificationKey', theTenant);
    tenant.behaviour.hasApplicationPasswords = false;
    callers.call = async () => {};
    for (const step of [createSecret, setSecret]) await step(rotation, 'version-1');
    await expect(testSecret(rotation, 'version-1')).rejects.toMatchObject({ code: 'introspection_missing' });
  });
});

describe('a deployment in the middle of a change', () => {
  const changes = DELIVERIES.flatMap((from) => DELIVERIES.map((to) => [from, to] as const));

  it.each(changes)('from %s to %s lets every caller in, and the change goes on', async (from, to) => {
    const id = await deploy(from);
    const rotation = start(from, theTenant);
    for (const step of [createSecret, setSecret, testSecret]) await step(rotation, 'version-1');
    const properties = { KeyDelivery: to, JwksUrl: JWKS_URL, Scopes: ['read:foo'] };
    await world.put(RESOURCE_SERVER, properties, { physicalId: id, oldProperties: world.properties(RESOURCE_SERVER) });
    await callers.call();
    const next = { ...rotation, settings: { ...rotation.settings, keyDelivery: to } };
    await finishSecret(next, 'version-1');
    expect(callers.outcomes).toEqual({ allowed: expect.any(Number) });
    await world.remove(RESOURCE_SERVER, id, properties);
    expect(tenant.snapshot()).toBe(before);
  });
});

describe('a deployment after a change', () => {
  it.each(['verificationKey', 'verificationKeys'] as const)('hands over the new key only, by %s', async (to) => {
    const id = await deploy('verificationLocation');
    await rotate(start('verificationLocation', theTenant), 'version-1');
    expect(servedKids()).toEqual([keys[1]?.kid, firstKey.kid]);
    await world.put(RESOURCE_SERVER, { KeyDelivery: to, JwksUrl: JWKS_URL }, { physicalId: id });
    const taken = [];
    for (const key of keys) taken.push(await callers.isTaken(key));
    expect(taken).toEqual([false, true, false, false]);
    await callers.call();
    expect(callers.outcomes).toEqual({ allowed: expect.any(Number) });
  });
});

describe('a certified server that fetches the keys itself', () => {
  it.each(['verificationLocation', 'wellKnown'] as const)(
    'lets every caller in while the key is changed (%s)',
    async (keyDelivery) => {
      const jwksUrl = `${jwks.origin}/.well-known/jwks.json`;
      await deploy(keyDelivery, jwksUrl);
      const server = await startRfc7662Server(new URL(jwksUrl));
      const certified: IntrospectionServer = { ...server, profile: 'rfc7662', issue: () => server.issue('opaque') };
      const rotation = start(keyDelivery, certified);
      const byForm = { ...rotation, prove: callers.prove };
      await callers.call();
      for (const version of [1, 2, 3]) await rotate(byForm, `version-${version}`);
      expect(callers.outcomes).toEqual({ allowed: expect.any(Number) });
      expect(callers.outcomes.allowed).toBeGreaterThan(100);
      await advance(2 * (CACHE_SECONDS + 60) * 1000);
      expect([await callers.isTaken(firstKey), jwks.statuses.length > 3]).toEqual([false, true]);
    },
  );
});
