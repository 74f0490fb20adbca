/** "150 ms on a warm connection, 1 s on the first call": a connection is warm only after a call that succeeded, and not after idling. */
import { expect, it } from 'vitest';
import { TableError } from '../../../src/shared-state/ports.ts';
import { Revocations } from '../../../src/shared-state/revocations.ts';
import { TableAccess } from '../../../src/shared-state/table-access.ts';
import { FrozenClock } from '../../support/core/clock.ts';

/** A table to which a new connection takes 200 ms, as on a small function. */
function slowToConnect(clock: FrozenClock) {
  let isConnected = false;
  let isDown = true;
  return {
    recover: () => (isDown = false),
    read: async (timeoutMs: number) => {
      const neededMs = isDown ? 10_000 : isConnected ? 5 : 200;
      clock.nowMs += Math.min(timeoutMs, neededMs);
      isConnected = neededMs <= timeoutMs;
      if (!isConnected) throw new TableError('timeout', 'Down.');
      return undefined;
    },
  };
}

it('a table is used again after a first call that failed, although a new connection takes 200 ms', async () => {
  const clock = new FrozenClock();
  const access = new TableAccess({ table: 'cache', clock: clock.read });
  const table = slowToConnect(clock);
  await access.read(table.read).catch(() => undefined);
  table.recover();
  const outcomes: string[] = [];
  for (let minute = 0; minute < 10; minute += 1) {
    clock.advanceSeconds(60);
    await access.read(table.read, ({ outcome }) => outcomes.push(outcome)).catch(() => undefined);
  }
  expect(outcomes).toContain('miss');
});

it('so are the marks: otherwise a revocation is never learned', async () => {
  const clock = new FrozenClock();
  const table = slowToConnect(clock);
  const marked = {
    read: async (_: string, timeoutMs: number) => {
      await table.read(timeoutMs);
      return { all: clock.nowMs };
    },
  };
  const revocations = new Revocations({ table: marked, clock: clock.read, seconds: 5 });
  await revocations.prefetch();
  table.recover();
  const read: unknown[] = [];
  for (let minute = 0; minute < 10; minute += 1) {
    clock.advanceSeconds(60);
    read.push(await Promise.resolve(revocations.since(0, 'i', 's')).catch(() => 'unread'));
  }
  expect(read.some((marks) => marks !== 'unread')).toBe(true);
});
