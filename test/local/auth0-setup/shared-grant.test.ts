/** Two deployments of one account that share a tenant and a management client. */
import { beforeEach, describe, expect, it } from 'vitest';
import { Life, MemoryAccount } from '../../support/setup/aws-in-memory.ts';
import { newKey } from '../../support/setup/harness.ts';
import { CLIENT_GRANT, NO_RECORDS, World } from '../../support/setup/world.ts';
import { shareTenant } from '../../support/tenant/tenant.ts';

const key = await newKey();
const { tenant, reset } = await shareTenant();
const before = tenant.snapshot();
const SCOPES = ['read', 'create', 'delete'].map((right) => `${right}:user_application_passwords`);

/** The key of the grant among the records. */
const KEY = `${tenant.issuer} local-management-client`;

let account: MemoryAccount;
let first: World;
let second: World;

beforeEach(() => {
  account = new MemoryAccount();
  first = new World(tenant, key, 'first', account);
  second = new World(tenant, key, 'second', account);
});

const grant = () => tenant.state.clientGrants.get('cgr_managementsetup');

async function deploy(world: World): Promise<string> {
  const response = await world.put(CLIENT_GRANT);
  expect(response).toMatchObject({ status: 'SUCCESS' });
  return response?.physicalId ?? '';
}

async function destroy(world: World, id: string): Promise<void> {
  expect(await world.remove(CLIENT_GRANT, id)).toMatchObject({ status: 'SUCCESS' });
  expect(world.recordsOf(CLIENT_GRANT)).toBe(NO_RECORDS);
}

describe('a grant that two deployments use', () => {
  it.each([
    ['the first deployment', () => [first, second]],
    ['the second deployment', () => [second, first]],
  ] as const)(
    'keeps its scopes when %s is destroyed, and is restored when the last one is destroyed',
    async (_name, order) => {
      const ids = new Map([
        [first, await deploy(first)],
        [second, await deploy(second)],
      ]);
      const [earlier, later] = order() as [World, World];
      await destroy(earlier, ids.get(earlier) ?? '');
      expect(grant()?.scope).toEqual(expect.arrayContaining(SCOPES));
      await destroy(later, ids.get(later) ?? '');
      expect(tenant.snapshot()).toBe(before);
    },
  );

  it('is reported as shared to the second deployment, with the name of the first one', async () => {
    expect(await first.put(CLIENT_GRANT)).toMatchObject({ attributes: { Warnings: 'none' } });
    const Warnings = expect.stringMatching(
      /^\(1\) Other deployments in this account and region use the grant of the client "local-management-client" too: first\. The scopes .* stay in the grant until the last of them is destroyed\.$/,
    );
    expect(await second.put(CLIENT_GRANT)).toMatchObject({ attributes: { Warnings } });
  });

  it('is restored when both deployments are destroyed at the same moment', async () => {
    const ids = [await deploy(first), await deploy(second)];
    await Promise.all([destroy(first, ids[0] ?? ''), destroy(second, ids[1] ?? '')]);
    expect(tenant.snapshot()).toBe(before);
  });

  it('is restored if the second deployment died anywhere and was deployed again', async () => {
    for (let length = 1; ; length += 1) {
      reset();
      account = new MemoryAccount();
      [first, second] = [new World(tenant, key, 'first', account), new World(tenant, key, 'second', account)];
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

  it('stays unchanged if the record of the other deployment is unreadable', async () => {
    const id = await deploy(first);
    second.state.set('client-grants', JSON.stringify({ entries: { [KEY]: { owners: ['its'], record: 'rubbish' } } }));
    await destroy(first, id);
    expect(grant()?.scope).toEqual(expect.arrayContaining(SCOPES));
  });

  it('is not set up while another deployment restores it, because that would remove the scopes again', async () => {
    const id = await deploy(first);
    // It dies as soon as it has recorded that it is leaving.
    for (let length = 1; !first.recordsOf(CLIENT_GRANT).includes('"isLeaving":true'); length += 1) {
      await first.remove(CLIENT_GRANT, id, {}, new Life(length)).catch(() => undefined);
    }
    const reason = expect.stringMatching(
      /^The grant of the client "local-management-client" is being restored by a deployment that is being destroyed: first\. Deploy again when that has ended/,
    );
    expect(await second.put(CLIENT_GRANT)).toMatchObject({ status: 'FAILED', reason });
    expect(second.recordsOf(CLIENT_GRANT)).toBe(NO_RECORDS);
    await destroy(first, id);
    await destroy(second, await deploy(second));
    expect(tenant.snapshot()).toBe(before);
  });
});

describe('a deployment that could not restore the grant', () => {
  it('does not block other deployments', async () => {
    const id = await deploy(first);
    tenant.faults.add({ kind: 'status', status: 500, method: 'PATCH', path: '/api/v2/client-grants' });
    expect(await first.remove(CLIENT_GRANT, id)).toMatchObject({ status: 'FAILED' });
    tenant.faults.clear();
    const other = await deploy(second);
    await destroy(first, id);
    expect(grant()?.scope).toEqual(expect.arrayContaining(SCOPES));
    await destroy(second, other);
    expect(tenant.snapshot()).toBe(before);
  });

  it('leaves the grant unchanged if the records of another deployment are unreadable', async () => {
    const id = await deploy(first);
    second.state.set('client-grants', 'rubbish');
    await destroy(first, id);
    expect(grant()?.scope).toEqual(expect.arrayContaining(SCOPES));
  });
});

describe('grants of different clients', () => {
  it('do not affect each other', async () => {
    second.state.set(
      'client-grants',
      JSON.stringify({ entries: { [`${tenant.issuer} another`]: { owners: ['its'] } } }),
    );
    await destroy(first, await deploy(first));
    expect(tenant.snapshot()).toBe(before);
  });
});
