import { describe, expect, it } from 'vitest';
import { ContainerPool } from '../../../bench/simulation/container-pool.ts';
import { SeededRandom } from '../../../bench/simulation/random.ts';
import { type Scenario, USUAL } from '../../../bench/simulation/scenario.ts';
import { SharedTables } from '../../../bench/simulation/shared-tables.ts';
import { SimulatedTime } from '../../../bench/simulation/simulated-time.ts';
import { noUsage } from '../../../bench/simulation/usage.ts';

const MINUTE_MS = 60_000;

function poolOf(changes: Partial<Scenario> = {}) {
  const time = new SimulatedTime();
  const usage = noUsage();
  const ports = {
    time,
    usage,
    random: new SeededRandom(1),
    tables: new SharedTables(time, usage, USUAL.durationsMs.table),
  };
  return { time, usage, pool: new ContainerPool(ports, { ...USUAL, ...changes }) };
}

describe('the pool of containers', () => {
  it('starts a container when all are busy, and counts it', () => {
    const { pool, usage } = poolOf();
    const first = pool.take();
    const second = pool.take();
    expect([first.isNew, second.isNew]).toEqual([false, true]);
    expect(second.container).not.toBe(first.container);
    expect([pool.size, usage.containerStarts, pool.takeMostInUse()]).toEqual([2, 1, 2]);
  });

  it('gives a request to the free container that was used last', () => {
    const { pool } = poolOf();
    const { container: first } = pool.take();
    const { container: second } = pool.take();
    pool.giveBack(second);
    pool.giveBack(first);
    expect(pool.take().container).toBe(first);
  });

  it('gives requests to all free containers alike, if told so', () => {
    const { pool } = poolOf({ warmContainers: 10, placement: 'spread' });
    const used = new Map<unknown, number>();
    for (let request = 0; request < 1000; request += 1) {
      const { container } = pool.take();
      used.set(container, (used.get(container) ?? 0) + 1);
      pool.giveBack(container);
    }
    expect(used.size).toBe(10);
    expect(Math.min(...used.values())).toBeGreaterThan(50);
  });

  it('ends containers that were idle for ten minutes, but not the warm ones', async () => {
    const { pool, time } = poolOf({ warmContainers: 2 });
    const taken = Array.from({ length: 5 }, () => pool.take());
    for (const { container } of taken) pool.giveBack(container);
    await time.pass(10 * MINUTE_MS);
    expect(pool.size).toBe(5);
    await time.pass(MINUTE_MS);
    expect(pool.size).toBe(2);
  });
});
