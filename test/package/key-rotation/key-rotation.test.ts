/**
 * Changes the signing key while callers send requests: at the tenant, and at a certified server that fetches the keys itself.
 * A caller sends a request after every outside call of every step. The servers cache a JWKS for as long as they may.
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
import { MemoryVersions } from '../../../local/memory-versions.ts';
import type { KeyDelivery } from '../../../src/core/key-delivery.ts';
import { createHttpsClient } from '../../../src/http/https-client.ts';
import { connectionTo } from '../../../src/setup/connect.ts';
import { parsePublicKeys } from '../../../src/signing-key/public-key-document.ts';
import type { PrivateSigningJwk } from '../../../src/signing-key/signing-key.ts';
import { startRfc7662Server } from '../../support/local/rfc7662-server.ts';
import { Callers, type IntrospectionServer } from '../../support/rotation/callers.ts';
import { type JwksServer, startJwksServer } from '../../support/rotation/jwks-server.ts';
import { newKey } from '../../support/setup/harness.ts';
import { MANAGEMENT_SECRET_ID, RESOURCE_SERVER, World } from '../../support/setup/world.ts';
import { DEMO_API, shareTenant } from '../../support/tenant/tenant.ts';

const DELIVERIES = ['verificationKey', 'verificationKeys', 'verificationLocation', 'wellKnown'] as const;
const STEPS = [createSecret, setSecret, testSecret, finishSecret];
const CACHE_SECONDS = 300;
const JWKS_URL = 'https://keys.example/.well-known/jwks.json';

// Only Date is frozen: the certified server has no other clock.
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
  // The tenant's cached JWKS has expired when the next test starts.
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

/** Deploys with the events that CloudFormation sends. */
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
      audiences: [],
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

/** Wraps a port: callers send requests after each of its calls. */
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

describe.each(DELIVERIES)('the signing key with %s', (keyDelivery) => {
  it('changes three times while every caller gets in', async () => {
    await deploy(keyDelivery);
    const rotation = start(keyDelivery, theTenant);
    await callers.call();
    for (const version of [1, 2, 3]) await rotate(rotation, `version-${version}`);
    expect(callers.outcomes).toEqual({ allowed: expect.any(Number) });
    expect(callers.outcomes.allowed).toBeGreaterThan(100);
    await advance(2 * (CACHE_SECONDS + 60) * 1000);
    await callers.call();
    const accepted = [];
    for (const key of keys) accepted.push(await callers.isAccepted(key));
    expect(accepted).toEqual([false, false, false, true]);
  });

  it('leaves no trace at the tenant if the deployment is destroyed during a rotation', async () => {
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

  it('disappears everywhere after a revocation, and a teardown does not restore it', async () => {
    const id = await deploy(keyDelivery);
    const rotation = start(keyDelivery, theTenant);
    await callers.call();
    const { kid } = await revokeKey(rotation, 'emergency');
    await advance(CACHE_SECONDS * 1000);
    expect([await callers.isAccepted(firstKey), servedKids()]).toEqual([false, [kid]]);
    await callers.call();
    await world.remove(RESOURCE_SERVER, id, { KeyDelivery: keyDelivery, JwksUrl: JWKS_URL });
    expect(tenant.snapshot()).toBe(before);
  });
});

describe('a key change at a tenant that lacks a check', () => {
  it('keeps the old key if the tenant does not check assertions', async () => {
    await deploy('verificationKey');
    const rotation = start('verificationKey', theTenant);
    for (const step of [createSecret, setSecret]) await step(rotation, 'version-1');
    tenant.behaviour.checksAssertions = false;
    await expect(testSecret(rotation, 'version-1')).rejects.toMatchObject({ code: 'proof_worthless' });
    tenant.behaviour.checksAssertions = true;
    await expect(finishSecret(rotation, 'version-1')).rejects.toMatchObject({ code: 'version_withdrawn' });
    expect(await callers.isAccepted(firstKey)).toBe(true);
  });

  it('revokes the old key even if the tenant does not check assertions, and reports that', async () => {
    await deploy('verificationKey');
    const rotation = start('verificationKey', theTenant);
    tenant.behaviour.checksAssertions = false;
    expect(await revokeKey(rotation, 'emergency')).toMatchObject({ introspection: 'proof_worthless' });
  });

  it('fails in testSecret if the tenant does not have introspection', async () => {
    await deploy('verificationKey');
    const rotation = start('verificationKey', theTenant);
    tenant.behaviour.hasApplicationPasswords = false;
    callers.call = async () => {};
    for (const step of [createSecret, setSecret]) await step(rotation, 'version-1');
    await expect(testSecret(rotation, 'version-1')).rejects.toMatchObject({ code: 'introspection_missing' });
  });
});

describe('a deployment during a rotation', () => {
  const changes = DELIVERIES.flatMap((from) => DELIVERIES.map((to) => [from, to] as const));

  it.each(changes)(
    'changes the delivery from %s to %s, lets every caller in, and the rotation continues',
    async (from, to) => {
      const id = await deploy(from);
      const rotation = start(from, theTenant);
      for (const step of [createSecret, setSecret, testSecret]) await step(rotation, 'version-1');
      const properties = { KeyDelivery: to, JwksUrl: JWKS_URL, Scopes: ['read:foo'] };
      await world.put(RESOURCE_SERVER, properties, {
        physicalId: id,
        oldProperties: world.properties(RESOURCE_SERVER),
      });
      await callers.call();
      const next = { ...rotation, settings: { ...rotation.settings, keyDelivery: to } };
      await finishSecret(next, 'version-1');
      expect(callers.outcomes).toEqual({ allowed: expect.any(Number) });
      await world.remove(RESOURCE_SERVER, id, properties);
      expect(tenant.snapshot()).toBe(before);
    },
  );
});

describe('a deployment after a rotation', () => {
  it.each(['verificationKey', 'verificationKeys'] as const)('delivers only the new key with %s', async (to) => {
    const id = await deploy('verificationLocation');
    await rotate(start('verificationLocation', theTenant), 'version-1');
    expect(servedKids()).toEqual([keys[1]?.kid, firstKey.kid]);
    await world.put(RESOURCE_SERVER, { KeyDelivery: to, JwksUrl: JWKS_URL }, { physicalId: id });
    const accepted = [];
    for (const key of keys) accepted.push(await callers.isAccepted(key));
    expect(accepted).toEqual([false, true, false, false]);
    await callers.call();
    expect(callers.outcomes).toEqual({ allowed: expect.any(Number) });
  });
});

describe('a rotation at a certified server that fetches the keys itself', () => {
  it.each(['verificationLocation', 'wellKnown'] as const)(
    'lets every caller in while the key changes (%s)',
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
      expect([await callers.isAccepted(firstKey), jwks.statuses.length > 3]).toEqual([false, true]);
    },
  );
});
