/** Two deployments of one account that share a tenant and a management client. */
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { startTenant } from '../../../local/tenant/server.ts';
import { Life, MemoryGrantUsers } from '../../support/setup/aws-in-memory.ts';
import { newKey, remember } from '../auth0/harness.ts';
import { CLIENT_GRANT, NO_RECORDS, World } from './world.ts';

const key = await newKey();
const tenant = await startTenant();
const reset = remember(tenant);
const before = tenant.snapshot();
const SCOPES = ['read', 'create', 'delete'].map((right) => `${right}:user_application_passwords`);

let users: MemoryGrantUsers;
let first: World;
let second: World;

beforeEach(() => {
  reset();
  users = new MemoryGrantUsers();
  first = new World(tenant, key, 'first', users);
  second = new World(tenant, key, 'second', users);
});

afterAll(() => tenant.close());

const grant = () => tenant.state.clientGrants.get('cgr_managementsetup');

async function deploy(world: World): Promise<string> {
  const answer = await world.put(CLIENT_GRANT);
  expect(answer).toMatchObject({ status: 'SUCCESS' });
  return answer?.physicalId ?? '';
}

async function destroy(world: World, id: string): Promise<void> {
  expect(await world.remove(CLIENT_GRANT, id)).toMatchObject({ status: 'SUCCESS' });
  expect(world.recordsOf(CLIENT_GRANT)).toBe(NO_RECORDS);
}

describe('a grant that two deployments use', () => {
  it.each([
    ['the first', () => [first, second]],
    ['the second', () => [second, first]],
  ] as const)('keeps its scopes when %s is destroyed, and is restored with the last', async (_which, order) => {
    const ids = new Map([
      [first, await deploy(first)],
      [second, await deploy(second)],
    ]);
    const [earlier, later] = order() as [World, World];
    await destroy(earlier, ids.get(earlier) ?? '');
    expect(grant()?.scope).toEqual(expect.arrayContaining(SCOPES));
    await destroy(later, ids.get(later) ?? '');
    expect([tenant.snapshot(), users.notes.size]).toEqual([before, 0]);
  });

  it('is said to be shared, by the name of the other deployment, to whoever comes second', async () => {
    expect(await first.put(CLIENT_GRANT)).toMatchObject({ attributes: { Warnings: 'none' } });
    const Warnings = expect.stringMatching(
      /^\(1\) Other deployments in this account and region use the grant of the client "local-management-client" too: first\. The scopes .* stay in the grant until the last of them is destroyed\.$/,
    );
    expect(await second.put(CLIENT_GRANT)).toMatchObject({ attributes: { Warnings } });
  });

  it('is restored when both are destroyed at the same moment', async () => {
    const ids = [await deploy(first), await deploy(second)];
    await Promise.all([destroy(first, ids[0] ?? ''), destroy(second, ids[1] ?? '')]);
    expect(tenant.snapshot()).toBe(before);
  });

  it('is restored wherever the second deployment died, and was deployed again', async () => {
    for (let length = 1; ; length += 1) {
      reset();
      users = new MemoryGrantUsers();
      [first, second] = [new World(tenant, key, 'first', users), new World(tenant, key, 'second', users)];
      const id = await deploy(first);
      const life = new Life(length);
      await second.put(CLIENT_GRANT, {}, {}, life).catch(() => undefined);
      const again = await deploy(second);
      await destroy(first, id);
      expect(grant()?.scope).toEqual(expect.arrayContaining(SCOPES));
      await destroy(second, again);
      expect([length, tenant.snapshot()]).toEqual([length, before]);
      if (!life.isOver) break;
    }
  });

  it('whose other user left a note that cannot be read is left alone all the same', async () => {
    const id = await deploy(first);
    users.notes.set('other', JSON.stringify({ [`${tenant.issuer} local-management-client`]: 'rubbish' }));
    await destroy(first, id);
    expect(grant()?.scope).toEqual(expect.arrayContaining(SCOPES));
  });
});

describe('grants of different clients', () => {
  it('have nothing to do with each other', async () => {
    users.notes.set('other', JSON.stringify({ [`${tenant.issuer} another-client`]: { isOurs: true, added: SCOPES } }));
    users.notes.set('third', 'no JSON');
    const id = await deploy(first);
    await destroy(first, id);
    expect(tenant.snapshot()).toBe(before);
  });
});
