import { describe, expect, it } from 'vitest';
import type { ApiSettings } from '../../../../lambda/app-passwords/api.ts';
import { AwsError } from '../../../../src/aws/errors.ts';
import { SetupError } from '../../../../src/management/errors.ts';
import { markMessage } from '../../../../src/revocation/message.ts';
import { ALICE, ISSUER, MALLORY, SETTINGS, World } from '../../../support/app-passwords/world.ts';
import { NOW_SECONDS } from '../../../support/core/clock.ts';

const MESSAGE = markMessage({ issuer: ISSUER, subject: ALICE, kind: 'introspected' });
const SECOND_FLUSH_SECONDS = 12;
/** Gateways that cache for an hour. */
const CACHING = { revocation: { ...SETTINGS.revocation, gatewayTtlSeconds: 3600 } };

/** A user with one password. */
function worldWithPassword(settings: Partial<ApiSettings> = {}): { readonly world: World; readonly id: string } {
  const world = new World(settings);
  return { world, id: world.tenant.add(ALICE, { label: 'Old laptop' }).id };
}

describe('deleting an app password', () => {
  it('deletes it at the tenant and revokes what is cached', async () => {
    const { world, id } = worldWithPassword();
    const { status, body } = await world.remove(id);
    expect([status, body]).toEqual([202, { id, state: 'stopping' }]);
    expect(world.tenant.passwords.size).toBe(0);
    expect(world.queue).toEqual([MESSAGE]);
    expect(world.log).toMatchObject([{ action: 'delete', outcome: 'deleted', passwordId: id, AppPasswordsDeleted: 1 }]);
    const event = { type: 'app_password_deleted', subject: ALICE, passwordId: id };
    expect(world.events).toEqual([{ ...event, label: 'Old laptop', scopes: ['read:foo'] }]);
  });

  it('has the same result again, without another call', async () => {
    const { world, id } = worldWithPassword();
    await world.remove(id);
    const calls = [...world.tenant.calls];
    world.clock.advanceSeconds(1);
    world.mark();
    const { status, body } = await world.remove(id);
    expect([status, body]).toEqual([202, { id, state: 'stopping' }]);
    expect(world.tenant.calls).toEqual(calls);
    expect(world.queue.length).toBe(1);
    expect(world.log.length).toBe(1);
  });

  it('removes the expiry, unless it has passed: then it is what refuses the password until the revocation is in effect', async () => {
    const { world, id } = worldWithPassword();
    const other = world.tenant.add(ALICE).id;
    await world.expiries.add({ id: 'a', subject: ALICE, passwordId: id, expiresAt: NOW_SECONDS + 1 });
    await world.expiries.add({ id: 'b', subject: ALICE, passwordId: other, expiresAt: NOW_SECONDS });
    await world.remove(id);
    await world.remove(other);
    expect([...world.expiries.items.keys()]).toEqual(['b']);
  });

  it.each([
    ['unknown', 'asp_9999'],
    ['another user’s', undefined],
    ['a path', '../auth0%7Cmallory/application-passwords/asp_1'],
    ['dots', '..'],
    ['empty', ''],
    ['markup', '<script>alert(1)</script>'],
    ['very long', 'a'.repeat(101)],
  ])('does nothing if the id is %s', async (_, given) => {
    const { world } = worldWithPassword();
    const foreign = world.tenant.add(MALLORY).id;
    const { status, body, text } = await world.remove(given ?? foreign);
    expect([status, body.state]).toEqual([202, 'stopped']);
    expect(text).not.toContain('<');
    expect(world.tenant.passwords.size).toBe(2);
    expect(world.tenant.calls.filter((call) => call !== `list ${ALICE}`)).toEqual([]);
    expect(world.queue).toEqual([]);
  });

  it.each(['..', 'asp_1/..', 'asp_1?a', 'asp 1', 'asp_1\n', 'a'.repeat(101), ''])(
    'sends the tenant nothing for an id that it cannot have made: %j',
    async (id) => {
      const { world } = worldWithPassword();
      expect([(await world.remove(id)).status, (await world.state(id)).status]).toEqual([202, 404]);
      expect([world.tenant.calls, world.counter.counts.size]).toEqual([[], 0]);
    },
  );

  it('does not touch a password for another audience', async () => {
    const { world } = worldWithPassword();
    const { id } = world.tenant.add(ALICE, { audience: 'https://other.api' });
    expect((await world.remove(id)).body.state).toBe('stopped');
    expect(world.tenant.passwords.has(id)).toBe(true);
  });

  it('keeps the deletions of two users with the same id apart', async () => {
    const { world, id } = worldWithPassword();
    await world.remove(id);
    expect((await world.state(id, { context: { sub: MALLORY } })).status).toBe(404);
  });

  it('is limited to 60 an hour, so that 1,000 do no harm', async () => {
    const world = new World();
    const statuses: number[] = [];
    for (let request = 0; request < 1000; request += 1) {
      world.clock.advanceSeconds(2);
      statuses.push((await world.remove(`asp_${request}`)).status);
    }
    expect(statuses.filter((status) => status === 202).length).toBe(60);
    expect(statuses.filter((status) => status === 429).length).toBe(940);
    expect([world.tenant.calls.length, world.queue.length]).toEqual([60, 0]);
    expect((await world.create()).status).toBe(201);
  });
});

describe('a deletion that was interrupted', () => {
  it('is not claimed if the tenant did not delete, and is completed by the next request', async () => {
    const { world, id } = worldWithPassword();
    world.tenant.before = async (call) => {
      if (call === 'remove') throw new SetupError('management_unavailable', 'canary');
    };
    expect((await world.remove(id)).status).toBe(503);
    expect((await world.state(id)).body.state).toBe('active');
    expect(world.queue).toEqual([]);
    world.tenant.before = async () => {};
    expect((await world.remove(id)).body.state).toBe('stopping');
    expect([world.tenant.passwords.size, world.queue.length]).toEqual([0, 1]);
  });

  it('is completed although the tenant has already forgotten the password', async () => {
    const { world, id } = worldWithPassword();
    const { write } = world.deletions;
    let writes = 0;
    world.deletions.write = async (...deletion) => {
      writes += 1;
      if (writes === 2) throw new AwsError('state_unwritable', 'canary');
      return write.apply(world.deletions, deletion);
    };
    expect((await world.remove(id)).status).toBe(503);
    expect(world.tenant.passwords.size).toBe(0);
    expect((await world.state(id)).body).toEqual({ id, state: 'stopping' });
    expect((await world.remove(id)).body.state).toBe('stopping');
    expect(world.queue).toEqual([MESSAGE]);
  });

  it('revokes again if the message was lost', async () => {
    const { world, id } = worldWithPassword();
    const queue = world.ports.revoker.revoke;
    Object.assign(world.ports.revoker, { revoke: async () => Promise.reject(new AwsError('queue_unwritable', 'x')) });
    expect((await world.remove(id)).body.code).toBe('state_unavailable');
    Object.assign(world.ports.revoker, { revoke: queue });
    expect((await world.remove(id)).body.state).toBe('stopping');
    expect(world.queue).toEqual([MESSAGE]);
  });

  it('deletes nothing that it cannot write down', async () => {
    const { world, id } = worldWithPassword();
    world.deletions.write = async () => Promise.reject(new AwsError('state_unwritable', 'x'));
    expect((await world.remove(id)).status).toBe(503);
    expect(world.tenant.passwords.size).toBe(1);
  });
});

describe('the state of a deleted password', () => {
  const stateAfter = async (world: World, id: string, seconds: number) => {
    world.clock.advanceSeconds(seconds);
    return (await world.state(id)).body.state;
  };

  it('is stopped when the mark is there and the second flush is due', async () => {
    const { world, id } = worldWithPassword();
    await world.remove(id);
    expect(await stateAfter(world, id, 3600)).toBe('stopping');
    world.mark();
    expect(await stateAfter(world, id, 1)).toBe('stopping');
    expect(await stateAfter(world, id, SECOND_FLUSH_SECONDS - 1)).toBe('stopping');
    expect(await stateAfter(world, id, 1)).toBe('stopped');
    expect((await world.remove(id)).body.state).toBe('stopped');
  });

  it('does not count a mark from before the deletion', async () => {
    const { world, id } = worldWithPassword();
    world.mark();
    world.clock.advanceSeconds(1);
    await world.remove(id);
    expect(await stateAfter(world, id, 60)).toBe('stopping');
    expect(await stateAfter(world, id, 60)).toBe('stopping');
  });

  it('counts from when the mark was seen: it may have been written long after its own time', async () => {
    const { world, id } = worldWithPassword();
    await world.remove(id);
    world.mark();
    expect(await stateAfter(world, id, 100)).toBe('stopping');
    expect(await stateAfter(world, id, SECOND_FLUSH_SECONDS)).toBe('stopped');
  });

  it('waits for the flush of the gateways, if there is one', async () => {
    const { world, id } = worldWithPassword(CACHING);
    await world.remove(id);
    world.mark();
    await world.state(id);
    const dueMs = world.clock.nowMs + SECOND_FLUSH_SECONDS * 1000;
    await world.flushes.recordPending(dueMs);
    await world.flushes.recordFlush(world.clock.nowMs);
    expect(await stateAfter(world, id, 60)).toBe('stopping');
    await world.flushes.recordFlush(dueMs);
    expect(await stateAfter(world, id, 1)).toBe('stopped');
  });

  it('is stopped although later revocations of others wait for their flush', async () => {
    const { world, id } = worldWithPassword(CACHING);
    await world.remove(id);
    world.mark();
    await world.state(id);
    world.clock.advanceSeconds(SECOND_FLUSH_SECONDS);
    await world.flushes.recordFlush(world.clock.nowMs);
    await world.flushes.recordPending(world.clock.nowMs + 9000);
    expect(await stateAfter(world, id, 1)).toBe('stopped');
  });

  it('does not count a flush from before the deletion', async () => {
    const { world, id } = worldWithPassword(CACHING);
    await world.flushes.recordPending(world.clock.nowMs - 1000);
    await world.flushes.recordFlush(world.clock.nowMs - 1000);
    await world.remove(id);
    world.mark();
    await world.state(id);
    expect(await stateAfter(world, id, 60)).toBe('stopping');
  });

  it('is stopped when decisions that no flush removes have left the gateway', async () => {
    const { world, id } = worldWithPassword(CACHING);
    await world.remove(id);
    world.mark();
    await world.state(id);
    expect(await stateAfter(world, id, 3600)).toBe('stopping');
    expect(await stateAfter(world, id, SECOND_FLUSH_SECONDS)).toBe('stopped');
  });

  it('is stopping for a request at the same time, which finds the password gone from the list', async () => {
    const { world, id } = worldWithPassword();
    const second = { state: '' };
    world.tenant.before = async (call) => {
      if (call !== 'list') return;
      world.tenant.before = async () => {};
      // This request has read that no deletion has begun; the other one deletes before this one reads the list.
      second.state = String((await world.remove(id)).body.state);
    };
    expect((await world.remove(id)).body.state).toBe('stopping');
    expect(second.state).toBe('stopping');
  });

  it('queues the revocation before it waits for the event bus', async () => {
    const world: World = new World({}, { notify: async () => void queued.push(world.queue.length) });
    const queued: number[] = [];
    await world.remove(world.tenant.add(ALICE).id);
    expect(queued).toEqual([1]);
  });

  it('is stopped an hour later at the latest, when no gateway can have a response from before', async () => {
    const { world, id } = worldWithPassword(CACHING);
    await world.remove(id);
    world.mark();
    await world.flushes.recordPending(world.clock.nowMs);
    await world.state(id);
    expect(await stateAfter(world, id, 3600)).toBe('stopping');
    expect(await stateAfter(world, id, SECOND_FLUSH_SECONDS)).toBe('stopped');
  });

  it('costs the tenant nothing', async () => {
    const { world, id } = worldWithPassword();
    await world.remove(id);
    const { length } = world.tenant.calls;
    for (let poll = 0; poll < 100; poll += 1) await world.state(id);
    expect(world.tenant.calls.length).toBe(length);
  });

  it('is no state of a password that was never there', async () => {
    const { world } = worldWithPassword();
    for (const id of ['asp_9999', '..', '']) {
      expect((await world.state(id)).body).toMatchObject({ status: 404, code: 'not_found' });
    }
  });
});
