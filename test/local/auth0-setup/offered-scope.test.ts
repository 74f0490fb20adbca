/** The scope that users of the page need: offered by the resource server while the stack exists, and gone without a trace afterwards. */
import { beforeEach, describe, expect, it } from 'vitest';
import { Life, MemoryAccount } from '../../support/setup/aws-in-memory.ts';
import { newKey } from '../../support/setup/harness.ts';
import { NO_RECORDS, OFFERED_SCOPE, RESOURCE_SERVER, World } from '../../support/setup/world.ts';
import { DEMO_API, shareTenant, writesTo } from '../../support/tenant/tenant.ts';

const key = await newKey();
const { tenant } = await shareTenant();
const before = tenant.snapshot();
const SCOPE = { Audience: DEMO_API, Scope: 'manage:things', Description: 'Manage things' };

let world: World;

beforeEach(() => {
  world = new World(tenant, key);
});

const api = () => [...tenant.state.resourceServers.values()].find(({ identifier }) => identifier === DEMO_API);
const scopes = () => api()?.scopes ?? [];
const offer = (life?: Life) => world.put(OFFERED_SCOPE, SCOPE, {}, life);
const withdraw = (id: string, life?: Life) => world.remove(OFFERED_SCOPE, id, SCOPE, life);

function editScopes(change: (list: ReturnType<typeof scopes>) => ReturnType<typeof scopes>): void {
  const found = api();
  if (found) tenant.state.resourceServers.set(found.id, { ...found, scopes: [...change(scopes())] });
}

describe('a scope that two deployments for one audience offer', () => {
  const account = new MemoryAccount();
  const deployments = () => {
    account.states.clear();
    return [new World(tenant, key, 'first', account), new World(tenant, key, 'second', account)] as const;
  };
  const put = async (deployment: World) => (await deployment.put(OFFERED_SCOPE, SCOPE))?.physicalId ?? '';
  const remove = async (deployment: World, id: string) => {
    expect(await deployment.remove(OFFERED_SCOPE, id, SCOPE)).toMatchObject({ status: 'SUCCESS' });
    expect(deployment.recordsOf(OFFERED_SCOPE)).toBe(NO_RECORDS);
  };
  const isOffered = () => scopes().some(({ value }) => value === SCOPE.Scope);

  it.each([
    [0, 1],
    [1, 0],
  ] as const)('stays until the last of them is destroyed: %d, then %d', async (earlier, later) => {
    const both = deployments();
    const ids = [await put(both[0]), await put(both[1])];
    await remove(both[earlier], ids[earlier] ?? '');
    expect(isOffered()).toBe(true);
    await remove(both[later], ids[later] ?? '');
    expect(tenant.snapshot()).toBe(before);
  });

  it('is removed if both are destroyed at once', async () => {
    const [first, second] = deployments();
    const ids = [await put(first), await put(second)];
    await Promise.all([remove(first, ids[0] ?? ''), remove(second, ids[1] ?? '')]);
    expect(tenant.snapshot()).toBe(before);
  });

  it('stays if it was there before both', async () => {
    editScopes((list) => [...list, { value: SCOPE.Scope, description: 'Theirs' }]);
    const [first, second] = deployments();
    const ids = [await put(first), await put(second)];
    await remove(first, ids[0] ?? '');
    await remove(second, ids[1] ?? '');
    expect(isOffered()).toBe(true);
  });

  it('is not offered while another deployment withdraws it, and stays if that fails', async () => {
    const [first, second] = deployments();
    const id = await put(first);
    for (let length = 1; !first.recordsOf(OFFERED_SCOPE).includes('"isLeaving":true'); length += 1) {
      await first.remove(OFFERED_SCOPE, id, SCOPE, new Life(length)).catch(() => undefined);
      first.nowMs += 600_000;
    }
    const reason = expect.stringContaining('is being withdrawn by a deployment that is being destroyed: first.');
    expect(await second.put(OFFERED_SCOPE, SCOPE)).toMatchObject({ status: 'FAILED', reason });
    tenant.faults.add({ kind: 'status', status: 500, method: 'PATCH', path: '/api/v2/resource-servers' });
    expect(await first.remove(OFFERED_SCOPE, id, SCOPE)).toMatchObject({ status: 'FAILED' });
    tenant.faults.clear();
    const other = await put(second);
    await remove(first, id);
    expect(isOffered()).toBe(true);
    await remove(second, other);
    expect(tenant.snapshot()).toBe(before);
  });
});

describe('the scope for app passwords', () => {
  it('is added behind the others, with its description, and a Delete restores the list to the byte', async () => {
    const others = scopes();
    const response = await offer();
    expect(response).toMatchObject({ status: 'SUCCESS', attributes: { Warnings: 'none' } });
    expect(scopes()).toEqual([...others, { value: 'manage:things', description: 'Manage things' }]);
    await withdraw(response?.physicalId ?? '');
    expect(tenant.snapshot()).toBe(before);
    expect(world.recordsOf(OFFERED_SCOPE)).toBe(NO_RECORDS);
  });

  it('is not written a second time, and still removed afterwards', async () => {
    const first = await offer();
    const writes = writesTo(tenant);
    const second = await offer();
    expect(second?.physicalId).toBe(first?.physicalId);
    expect(writesTo(tenant)).toEqual(writes);
    await withdraw(first?.physicalId ?? '');
    expect(tenant.snapshot()).toBe(before);
  });

  it('stays if the resource server offered it before', async () => {
    editScopes((list) => [...list, { value: 'manage:things', description: 'Theirs' }]);
    const held = tenant.snapshot();
    const response = await offer();
    await withdraw(response?.physicalId ?? '');
    expect(writesTo(tenant)).toEqual([]);
    expect(tenant.snapshot()).toBe(held);
  });

  it('leaves alone what others have changed in the list meanwhile', async () => {
    const response = await offer();
    editScopes((list) => [{ value: 'read:new' }, ...list.slice(1)]);
    await withdraw(response?.physicalId ?? '');
    expect(scopes().map(({ value }) => value)).toEqual([
      'read:new',
      ...scopes()
        .slice(1)
        .map(({ value }) => value),
    ]);
    expect(scopes().some(({ value }) => value === 'manage:things')).toBe(false);
  });

  it('may be gone already, and so may the resource server', async () => {
    const response = await offer();
    tenant.state.resourceServers.delete(api()?.id ?? '');
    expect(await withdraw(response?.physicalId ?? '')).toMatchObject({ status: 'SUCCESS' });
    expect(world.recordsOf(OFFERED_SCOPE)).toBe(NO_RECORDS);
  });

  it('stays at another resource server that was created under the same identifier', async () => {
    const response = await offer();
    const found = api();
    if (!found) throw new Error('There is no resource server.');
    tenant.state.resourceServers.delete(found.id);
    tenant.state.resourceServers.set('another', { ...found, id: 'another' });
    expect(await withdraw(response?.physicalId ?? '')).toMatchObject({ status: 'SUCCESS' });
    expect(scopes()).toEqual(found.scopes);
    expect(world.recordsOf(OFFERED_SCOPE)).toBe(NO_RECORDS);
  });

  it('does not touch the record of the key, which is in the same item', async () => {
    const server = await world.put(RESOURCE_SERVER);
    const records = world.recordsOf(RESOURCE_SERVER);
    const response = await offer();
    await withdraw(response?.physicalId ?? '');
    expect(world.recordsOf(RESOURCE_SERVER)).toBe(records);
    await world.remove(RESOURCE_SERVER, server?.physicalId ?? '');
    expect(tenant.snapshot()).toBe(before);
  });

  it('names the resource server that is missing, and leaves no record', async () => {
    const response = await world.put(OFFERED_SCOPE, { ...SCOPE, Audience: 'https://nowhere.api' });
    expect(response).toMatchObject({ status: 'FAILED', reason: expect.stringContaining('"https://nowhere.api"') });
    expect(world.recordsOf(OFFERED_SCOPE)).toBe(NO_RECORDS);
  });

  it.each(['Audience', 'Scope', 'Description'])('is refused without %s', async (name) => {
    const response = await world.put(OFFERED_SCOPE, { ...SCOPE, [name]: '' });
    expect(response).toMatchObject({ status: 'FAILED', reason: expect.stringContaining(name) });
  });

  it('is there, and removed without a trace, wherever the function died and was run again', async () => {
    for (let moment = 1; ; moment += 1) {
      world = new World(tenant, key);
      const life = new Life(moment);
      await offer(life);
      const hasDied = life.isOver;
      // A lease that a dead function held has run out.
      world.nowMs += 600_000;
      const response = await offer();
      expect(response).toMatchObject({ status: 'SUCCESS' });
      const dying = new Life(moment);
      await withdraw(response?.physicalId ?? '', dying);
      world.nowMs += 600_000;
      expect(await withdraw(response?.physicalId ?? '')).toMatchObject({ status: 'SUCCESS' });
      expect(tenant.snapshot()).toBe(before);
      expect(world.recordsOf(OFFERED_SCOPE)).toBe(NO_RECORDS);
      if (!hasDied && !dying.isOver) return;
    }
  });
});
