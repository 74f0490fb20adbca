import { describe, expect, it } from 'vitest';
import { sweep } from '../../../src/app-passwords/sweep.ts';
import { AwsError } from '../../../src/aws/errors.ts';
import { SetupError } from '../../../src/management/errors.ts';
import { ALICE, AUDIENCE, MALLORY, World } from '../../support/app-passwords/world.ts';
import { NOW_SECONDS } from '../../support/core/clock.ts';

const OUTAGE = new SetupError('management_unavailable', 'The tenant said: secret text.');

class SweptWorld extends World {
  /** Adds a password that expires this many seconds from now, or before. */
  expiring(subject: string, inSeconds: number): string {
    const { id } = this.tenant.add(subject);
    void this.expiries.add({ id: `expiry of ${id}`, subject, passwordId: id, expiresAt: NOW_SECONDS + inSeconds });
    return id;
  }

  sweep(remainingSeconds = 60): Promise<void> {
    const { clock } = this;
    return sweep(
      { ...this.ports, sleep: clock.sleep },
      { audience: AUDIENCE, endMs: clock.nowMs + remainingSeconds * 1000 },
    );
  }

  /** A minute later, when the revocation is in effect. */
  sweepAgain(): Promise<void> {
    this.mark(ALICE);
    this.mark(MALLORY);
    this.clock.advanceSeconds(60);
    return this.sweep();
  }

  get overdue(): unknown {
    return this.log.findLast(({ event }) => event === 'app_password_sweep')?.AppPasswordsOverdue;
  }

  get atTenant(): readonly string[] {
    return [...this.tenant.passwords.keys()];
  }
}

describe('the sweep', () => {
  it('deletes what has expired at the tenant, and nothing else', async () => {
    const world = new SweptWorld();
    const [past, now, ahead] = [world.expiring(ALICE, -1), world.expiring(MALLORY, 0), world.expiring(ALICE, 100)];
    const { id: forGood } = world.tenant.add(ALICE);
    await world.sweep();
    expect(world.atTenant).toEqual([ahead, forGood]);
    await world.sweepAgain();
    expect([...world.expiries.items.values()].map(({ passwordId }) => passwordId)).toEqual([ahead]);
    expect(world.tenant.calls).toEqual([`remove ${ALICE} ${past}`, `remove ${MALLORY} ${now}`]);
  });

  it('revokes what was cached about the users', async () => {
    const world = new SweptWorld();
    world.expiring(ALICE, -1);
    await world.sweep();
    expect(world.queue.map((message) => JSON.parse(message))).toEqual([
      expect.objectContaining({ subject: ALICE, kind: 'introspected' }),
    ]);
  });

  it('writes an audit line with a metric, which does not name the user, and sends an event', async () => {
    const world = new SweptWorld();
    const passwordId = world.expiring(ALICE, -1);
    await world.sweep();
    const [line] = world.log.filter(({ event }) => event === 'app_password');
    expect(line).toMatchObject({ outcome: 'expired', passwordId, audience: AUDIENCE, AppPasswordsExpired: 1 });
    expect(JSON.stringify(world.log)).not.toContain(ALICE);
    expect(world.events).toEqual([
      { type: 'app_password_expired', subject: ALICE, passwordId, expiresAt: NOW_SECONDS - 1 },
    ]);
  });

  it('is done with a password that the tenant no longer has', async () => {
    const world = new SweptWorld();
    world.tenant.passwords.delete(world.expiring(ALICE, -1));
    await world.sweep();
    await world.sweepAgain();
    expect(world.expiries.items.size).toBe(0);
  });

  it('does not let a user whose deletion fails stop the others, and tries again', async () => {
    const world = new SweptWorld();
    const failing = world.expiring(ALICE, -20);
    for (let n = 0; n < 3; n += 1) world.expiring(MALLORY, -10);
    world.tenant.before = async () => {
      if (world.tenant.calls.at(-1)?.includes(failing)) throw OUTAGE;
    };
    await world.sweep();
    expect(world.atTenant).toEqual([failing]);
    await world.sweepAgain();
    expect(world.expiries.items.size).toBe(1);
    expect(world.lines.join()).not.toContain('secret text');
    expect(world.log).toContainEqual(
      expect.objectContaining({
        outcome: 'failed',
        passwordId: failing,
        failure: expect.objectContaining({ code: 'management_unavailable' }),
      }),
    );
    world.tenant.before = async () => {};
    world.clock.advanceSeconds(60);
    await world.sweep();
    expect(world.atTenant).toEqual([]);
  });

  it('keeps the expiry until the revocation is in effect, and queues it again, so that the authorizer refuses the password', async () => {
    const world = new SweptWorld();
    const id = world.expiring(ALICE, -1);
    await world.sweep();
    expect([world.atTenant, world.expiries.items.size, world.queue.length]).toEqual([[], 1, 1]);
    expect((await world.remove(id)).body.state).toBe('stopping');
    const queued = world.queue.length;
    world.clock.advanceSeconds(60);
    await world.sweep();
    expect([world.expiries.items.size, world.queue.length]).toEqual([1, queued + 1]);
    await world.sweepAgain();
    expect(world.expiries.items.size).toBe(0);
  });

  it('reports as overdue what is more than five minutes late, and 0 if nothing is', async () => {
    const world = new SweptWorld();
    world.tenant.before = () => Promise.reject(OUTAGE);
    world.expiring(ALICE, -301);
    world.expiring(ALICE, -299);
    await world.sweep();
    expect(world.overdue).toBe(1);
    world.tenant.before = async () => {};
    await world.sweep();
    expect(world.overdue).toBe(0);
    const [line] = world.log.filter(({ event }) => event === 'app_password_sweep');
    expect(line?._aws).toMatchObject({
      CloudWatchMetrics: [{ Dimensions: [['audience']], Metrics: [{ Name: 'AppPasswordsOverdue', Unit: 'Count' }] }],
    });
  });

  it('fails if the table cannot be read, so that the function has an error', async () => {
    const world = new SweptWorld();
    world.expiries.due = () => Promise.reject(new AwsError('state_unreadable', 'Down.'));
    await expect(world.sweep()).rejects.toThrow('Down.');
  });
});

describe('many expired passwords', () => {
  it('are deleted within the sweep’s part of the share of the rate limit, so that users can work meanwhile', async () => {
    const world = new SweptWorld();
    const perWindow = new Map<number, number>();
    world.tenant.before = async () => {
      const window = Math.floor(world.clock.nowMs / 10_000);
      perWindow.set(window, (perWindow.get(window) ?? 0) + 1);
    };
    for (let n = 0; n < 50; n += 1) world.expiring(ALICE, -1 - n);
    await world.sweep();
    expect(Math.max(...perWindow.values())).toBe(5);
    expect(world.tenant.calls).toHaveLength(25);
    expect(world.atTenant).toHaveLength(25);
    await world.sweepAgain();
    expect(world.atTenant).toEqual([]);
    await world.sweepAgain();
    expect(world.expiries.items.size).toBe(0);
  });

  it('are deleted although users have used up their share', async () => {
    const world = new SweptWorld();
    const window = Math.floor(world.clock.nowMs / 10_000);
    world.counter.counts.set(`tenant:users:${window}`, 10);
    world.expiring(ALICE, -1);
    const startedAtMs = world.clock.nowMs;
    await world.sweep();
    expect(world.atTenant).toEqual([]);
    expect(world.clock.nowMs).toBe(startedAtMs);
  });

  it('are left for the next sweep when the function has no time for another one', async () => {
    const world = new SweptWorld();
    world.tenant.before = async () => world.clock.advanceSeconds(5);
    for (let n = 0; n < 10; n += 1) world.expiring(ALICE, -1);
    const startedAtMs = world.clock.nowMs;
    await world.sweep(29);
    expect(world.clock.nowMs - startedAtMs).toBeLessThanOrEqual(29_000);
    expect(world.atTenant).toHaveLength(6);
  });

  it('have their turn even if two hundred before them always fail, and slowly', async () => {
    const world = new SweptWorld();
    const failing = new Set(Array.from({ length: 199 }, () => world.expiring(MALLORY, -1000)));
    const last = world.expiring(ALICE, -1);
    world.tenant.before = async () => {
      world.clock.advanceSeconds(10);
      if (failing.has(world.tenant.calls.at(-1)?.split(' ').at(-1) ?? '')) throw OUTAGE;
    };
    for (let minute = 0; minute < 200; minute += 1) {
      world.clock.nowMs = (NOW_SECONDS + minute * 60) * 1000;
      await world.sweep();
    }
    expect(world.atTenant).not.toContain(last);
  });

  it('have their turn even if as many as one sweep reads always fail slowly', async () => {
    const world = new SweptWorld();
    const failing = new Set(Array.from({ length: 20 }, () => world.expiring(MALLORY, -1000)));
    world.expiring(ALICE, -1);
    world.tenant.before = async () => {
      world.clock.advanceSeconds(10);
      const id = world.tenant.calls.at(-1)?.split(' ').at(-1) ?? '';
      if (failing.has(id)) throw OUTAGE;
    };
    for (let minute = 0; minute < 25; minute += 1) {
      world.clock.nowMs = (NOW_SECONDS + minute * 60) * 1000;
      await world.sweep();
    }
    expect(world.atTenant.toSorted()).toEqual([...failing].toSorted());
  });
});
