import { describe, expect, it } from 'vitest';
import { createGuardResource } from '../../../lambda/app-passwords/guard-resource.ts';
import { DestroyError, type GuardSettings } from '../../../src/app-passwords/destroy-guard.ts';
import { SetupError } from '../../../src/management/errors.ts';
import { ALICE, AUDIENCE, MALLORY, World } from '../../support/app-passwords/world.ts';
import { NOW_SECONDS } from '../../support/core/clock.ts';

const DAY = 86_400;

function setUp(onDestroy: GuardSettings['onDestroy']) {
  const world = new World();
  const guard = createGuardResource({ audience: AUDIENCE, onDestroy }, { ...world.ports, sleep: world.clock.sleep });
  const expiring = (inSeconds: number, subject = ALICE) => {
    const { id } = world.tenant.add(subject);
    void world.expiries.add({ id: `expiry of ${id}`, subject, passwordId: id, expiresAt: NOW_SECONDS + inSeconds });
    return id;
  };
  const destroy = (timeoutMs = 600_000) => guard.remove('id', {}, { requestId: 'request', timeoutMs });
  return { world, guard, expiring, destroy, atTenant: () => [...world.tenant.passwords.keys()] };
}

describe('destroying a deployment', () => {
  it.each(['refuse', 'delete'] as const)('is possible without expiring passwords (%s)', async (onDestroy) => {
    const { world, destroy, atTenant } = setUp(onDestroy);
    const { id } = world.tenant.add(ALICE);
    await destroy();
    expect(atTenant()).toEqual([id]);
  });

  it('is refused while an expiry has not passed, with the number of passwords and what to do', async () => {
    const { expiring, destroy, atTenant } = setUp('refuse');
    const ids = [expiring(DAY), expiring(2 * DAY, MALLORY)];
    await expect(destroy()).rejects.toThrow(
      new DestroyError(
        'expiries_exist',
        '2 app specific passwords would never expire without this deployment, because the tenant does not know their expiry. Wait until 2026-01-17T12:00:00.000Z, when the last of them expires; or deploy with "appPasswordsOnDestroy": "delete" and destroy again, which deletes them at the tenant.',
      ),
    );
    expect(atTenant()).toEqual(ids);
  });

  it('says that there may be more than it counts', async () => {
    const { expiring, destroy } = setUp('refuse');
    for (let n = 0; n < 501; n += 1) expiring(DAY + n);
    await expect(destroy()).rejects.toThrow(/^500 or more app specific passwords would .* Wait until they expire; or/);
  });

  it('deletes what has expired in any case', async () => {
    const { expiring, destroy, atTenant, world } = setUp('refuse');
    expiring(-1);
    const ahead = expiring(DAY);
    await expect(destroy()).rejects.toThrow(/^1 app specific password would /);
    expect(atTenant()).toEqual([ahead]);
    world.clock.advanceSeconds(DAY);
    await destroy();
    expect(atTenant()).toEqual([]);
  });

  it('deletes all that have an expiry, if told so, within the share of the rate limit', async () => {
    const { expiring, destroy, atTenant, world } = setUp('delete');
    const { id: forGood } = world.tenant.add(ALICE);
    for (let n = 0; n < 30; n += 1) expiring(n % 2 === 0 ? -1 : DAY);
    const startedAtMs = world.clock.nowMs;
    await destroy();
    expect(atTenant()).toEqual([forGood]);
    expect(world.expiries.items.size).toBe(0);
    expect(world.clock.nowMs - startedAtMs).toBeGreaterThanOrEqual(20_000);
    expect(
      world.events
        .map(({ type }) => type)
        .toSorted()
        .at(0),
    ).toBe('app_password_deleted');
  });

  it('fails if the tenant cannot be reached, without its text, and continues the next time', async () => {
    const { expiring, destroy, atTenant, world } = setUp('delete');
    expiring(DAY);
    const failing = expiring(DAY);
    world.tenant.before = async () => {
      if (world.tenant.calls.at(-1)?.endsWith(failing)) throw new SetupError('management_unavailable', 'secret text');
    };
    await expect(destroy()).rejects.toThrow(
      '1 app specific password could not be deleted at the tenant, and 1 could. The tenant did not respond in time. Destroy again to continue.',
    );
    world.tenant.before = async () => {};
    await destroy();
    expect(atTenant()).toEqual([]);
  });

  it('fails when its time is over', async () => {
    const { expiring, destroy } = setUp('delete');
    for (let n = 0; n < 30; n += 1) expiring(DAY);
    await expect(destroy(5000)).rejects.toThrow('could not be deleted at the tenant, and 5 could.');
    await expect(destroy(0)).rejects.toThrow(
      '25 app specific passwords could not be deleted at the tenant, and 0 could. The time was over.',
    );
  });

  it('ends although an index still shows what was removed', async () => {
    const { expiring, destroy, world } = setUp('delete');
    expiring(DAY);
    const shown = [...world.expiries.items.values()];
    world.expiries.some = async () => shown;
    await destroy();
    expect(world.tenant.calls).toHaveLength(1);
  });
});

it('changing the guard never replaces it, because the second half of a replacement is a deletion', async () => {
  const { guard, expiring } = setUp('refuse');
  expiring(DAY);
  expect(guard.identify({ version: 1 })).toBe(guard.identify({ version: 2 }));
  expect(await guard.put('id', {}, { requestId: 'request', timeoutMs: 1000 })).toEqual({});
});
