/** The set-up with a state store that is as difficult as DynamoDB may be, while other deployments write to it. */
import { beforeEach, describe, expect, it } from 'vitest';
import { createStateTable } from '../../../src/aws/state-table.ts';
import { changeState } from '../../../src/core/state-store.ts';
import { LEASE_MS } from '../../../src/setup/lease.ts';
import { LaggingDynamoDb } from '../../support/aws/lagging-dynamodb.ts';
import { newKey } from '../../support/setup/harness.ts';
import { CLIENT_GRANT, NO_RECORDS, RESOURCE_SERVER, World } from '../../support/setup/world.ts';
import { shareTenant } from '../../support/tenant/tenant.ts';

const key = await newKey();
const { tenant } = await shareTenant();
const before = tenant.snapshot();
const TYPES = [RESOURCE_SERVER, CLIENT_GRANT] as const;

let world: World;
let table: LaggingDynamoDb;

beforeEach(async () => {
  world = new World(tenant, key);
  table = new LaggingDynamoDb(3);
  const store = createStateTable('table', table.client);
  await store.write('public-keys', world.state.textOf('public-keys') ?? '', undefined);
  world.store = store;
});

describe('a state store with eventually consistent reads', () => {
  it.each(TYPES)('keeps the owner of %s, so that its Delete restores the tenant', async (type) => {
    const made = await world.put(type);
    expect(made).toMatchObject({ status: 'SUCCESS' });
    const name = type === RESOURCE_SERVER ? 'resource-servers' : 'client-grants';
    expect(table.valueOf(name)).toContain(`"owners":["${made?.physicalId}"]`);
    expect(tenant.snapshot()).not.toBe(before);
    expect(await world.remove(type, made?.physicalId ?? '')).toMatchObject({ status: 'SUCCESS' });
    expect(tenant.snapshot()).toBe(before);
    expect(table.valueOf(name)).toBe(NO_RECORDS);
  });

  it('loses no value of twelve concurrent writers', async () => {
    const store = createStateTable('table', table.client);
    const write = (name: string) =>
      changeState(store, 'revoked-keys', (text) => JSON.stringify([...JSON.parse(text ?? '[]'), name]));
    const names = Array.from({ length: 12 }, (_, index) => `key-${index}`);
    await Promise.all(names.map(write));
    expect(JSON.parse(table.valueOf('revoked-keys') ?? '').sort()).toEqual([...names].sort());
  });

  it('loses no record of two concurrent set-ups and two concurrent teardowns', async () => {
    const made = await Promise.all(TYPES.map((type) => world.put(type)));
    expect(made.map((response) => response?.status)).toEqual(['SUCCESS', 'SUCCESS']);
    await Promise.all(TYPES.map((type, index) => world.remove(type, made[index]?.physicalId ?? '')));
    expect(tenant.snapshot()).toBe(before);
    for (const name of ['resource-servers', 'client-grants']) expect(table.valueOf(name)).toBe(NO_RECORDS);
  });
});

describe('the lease', () => {
  const held = (untilMs: number, purpose = 'rotation version-1') =>
    JSON.stringify({ lease: { holder: 'somebody', purpose, untilMs }, entries: {} });

  beforeEach(() => {
    world.store = undefined;
  });

  it('delays a deployment while a rotation holds it', async () => {
    world.state.set('resource-servers', held(world.nowMs + 5000));
    expect(await world.put(RESOURCE_SERVER)).toMatchObject({ status: 'SUCCESS' });
    expect(world.sleeps).toEqual([1000, 1000, 1000, 1000, 1000]);
  });

  it('fails a deployment if it is held too long, reports the longest remaining time, and leaves the tenant unchanged', async () => {
    world.state.set('resource-servers', held(world.nowMs + LEASE_MS));
    const reason = expect.stringMatching(
      /^Another deployment, rotation or revocation is changing the resource server\. Run this again when it has ended, in \d+ s at most\./,
    );
    expect(await world.put(RESOURCE_SERVER)).toMatchObject({ status: 'FAILED', reason });
    expect([tenant.snapshot(), world.state.textOf('resource-servers')]).toEqual([
      before,
      held(1_700_000_000_000 + LEASE_MS),
    ]);
  });

  it('is taken over at once by the same request, because the function died and runs again', async () => {
    const purpose = 'deployment a3b1c9f2-0000-4000-8000-000000000001';
    world.state.set('resource-servers', held(world.nowMs + LEASE_MS, purpose));
    expect(await world.put(RESOURCE_SERVER)).toMatchObject({ status: 'SUCCESS' });
    expect(world.sleeps).toEqual([]);
  });

  it('is ignored if its end is later than any lease allows', async () => {
    world.state.set('resource-servers', held(world.nowMs + 1e15));
    expect(await world.put(RESOURCE_SERVER)).toMatchObject({ status: 'SUCCESS' });
    expect(world.sleeps).toEqual([]);
  });

  it('is released after success and after failure', async () => {
    await world.put(RESOURCE_SERVER);
    expect(world.state.textOf('resource-servers')).not.toContain('"lease"');
    await world.put(RESOURCE_SERVER, { Audience: 'https://nobody.knows' });
    expect(world.state.textOf('resource-servers')).not.toContain('"lease"');
  });
});

describe('a caller of the function', () => {
  it('cannot redirect the management secret, because the function ignores the tenant and the secrets of an event', async () => {
    const named = { TenantUrl: 'http://127.0.0.1:9/', ManagementSecretId: undefined, RecordParameter: 'elsewhere' };
    expect(await world.put(RESOURCE_SERVER, named)).toMatchObject({ status: 'SUCCESS' });
    expect(await world.put(CLIENT_GRANT, named)).toMatchObject({ status: 'SUCCESS' });
    expect(tenant.requests.length).toBeGreaterThan(0);
  });
});
