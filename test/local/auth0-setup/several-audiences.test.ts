/** Several resource servers of one API: each is set up, exchanged and restored on its own. */
import { beforeEach, describe, expect, it } from 'vitest';
import { newKey } from '../../support/setup/harness.ts';
import { NO_RECORDS, RESOURCE_SERVER, World } from '../../support/setup/world.ts';
import { DEMO_API, shareTenant } from '../../support/tenant/tenant.ts';

const key = await newKey();
const { tenant } = await shareTenant();
const before = tenant.snapshot();
const OTHER = 'https://demo.api/';
const ADDITIONAL = { Audience: OTHER, IsAdditional: 'true' };
const MAIN = { Audience: DEMO_API };

let world: World;

beforeEach(() => {
  world = new World(tenant, key);
});

function hasKey(identifier: string): boolean {
  const found = [...tenant.state.resourceServers.values()].find((api) => api.identifier === identifier);
  return found?.verificationKey !== undefined;
}

async function setUp(properties: Readonly<Record<string, unknown>>): Promise<string> {
  const response = await world.put(RESOURCE_SERVER, properties);
  expect(response).toMatchObject({ status: 'SUCCESS', attributes: { Warnings: 'none' } });
  return response?.physicalId ?? '';
}

const remove = (id: string, properties: Readonly<Record<string, unknown>>) =>
  world.remove(RESOURCE_SERVER, id, properties);

describe('two resource servers of one API', () => {
  it('get the key one after the other, and a Delete of each restores its own', async () => {
    const main = await setUp(MAIN);
    const additional = await setUp(ADDITIONAL);
    expect([hasKey(DEMO_API), hasKey(OTHER)]).toEqual([true, true]);
    await remove(additional, ADDITIONAL);
    expect([hasKey(DEMO_API), hasKey(OTHER)]).toEqual([true, false]);
    await remove(main, MAIN);
    expect(tenant.snapshot()).toBe(before);
    expect(world.recordsOf(RESOURCE_SERVER)).toBe(NO_RECORDS);
  });

  it('are restored in the other order, too', async () => {
    const ids = [await setUp(MAIN), await setUp(ADDITIONAL)];
    await remove(ids[0] ?? '', MAIN);
    expect([hasKey(DEMO_API), hasKey(OTHER)]).toEqual([false, true]);
    await remove(ids[1] ?? '', ADDITIONAL);
    expect(tenant.snapshot()).toBe(before);
  });

  it('both keep the key when they are exchanged at the end of a migration', async () => {
    const main = await setUp(MAIN);
    const additional = await setUp(ADDITIONAL);
    const during = tenant.snapshot();
    // CloudFormation replaces the main one and creates one for its old audience. It removes the old ones last.
    const newMain = await world.put(
      RESOURCE_SERVER,
      { Audience: OTHER },
      { physicalId: main, oldProperties: world.properties(RESOURCE_SERVER, MAIN) },
    );
    const newAdditional = await setUp({ Audience: DEMO_API, IsAdditional: 'true' });
    expect(new Set([main, additional, newMain?.physicalId, newAdditional]).size).toBe(4);
    await remove(additional, ADDITIONAL);
    await remove(main, MAIN);
    expect(tenant.snapshot()).toBe(during);
    await remove(newAdditional, { Audience: DEMO_API, IsAdditional: 'true' });
    await remove(newMain?.physicalId ?? '', { Audience: OTHER });
    expect(tenant.snapshot()).toBe(before);
    expect(world.recordsOf(RESOURCE_SERVER)).toBe(NO_RECORDS);
  });

  it('keep the key of the first if the second cannot be created, which is undone', async () => {
    await setUp(MAIN);
    const during = tenant.snapshot();
    const missing = { Audience: 'https://no.api', IsAdditional: 'true' };
    expect(await world.put(RESOURCE_SERVER, missing)).toMatchObject({
      status: 'FAILED',
      reason: expect.stringContaining('https://no.api'),
    });
    expect(tenant.snapshot()).toBe(during);
  });
});
