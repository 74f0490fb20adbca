import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DECISION_DEADLINE_MS } from '../../../src/issuer/issuer-endpoint.ts';
import { secondFlushDue } from '../../../src/revocation/flush-schedule.ts';
import {
  type Conditions,
  type Deletion,
  ISSUER,
  markKey,
  REVOCATION_SECONDS,
  Simulation,
  START_MS,
} from '../../support/revocation/simulation.ts';

const CALM: Conditions = {
  random: () => 0.5,
  latencyMs: 0,
  crashRate: 0,
  crashes: 0,
  duplicateRate: 0,
  latenessMs: 0,
  refusalRate: 0,
};

/** After a mark was written: the reading of a mark, the deadline of a decision, and the margin. */
const SECOND_FLUSH_MS = (REVOCATION_SECONDS + 7) * 1000;

async function simulated(
  deletions: readonly Deletion[],
  conditions: Partial<Conditions> = {},
  forMs?: number,
): Promise<Simulation> {
  const simulation = new Simulation({ ...CALM, ...conditions });
  await simulation.run(deletions, forMs);
  return simulation;
}

/** In whole seconds; the queue is polled every 20 ms. */
const secondsOf = ({ flushes }: Simulation) =>
  flushes.map(({ startedMs }) => Math.floor((startedMs - START_MS) / 1000));
const deletion = (atMs: number, user = 0): Deletion => ({ atMs, user, kind: 'introspected' });

describe('the flushes', () => {
  it('wait for the deadline that the authorizer has', () => {
    expect(secondFlushDue(0, 5)).toBe(5000 + DECISION_DEADLINE_MS + 2000);
  });

  it('follow a mark at once, and again when no authorizer can trust an older reading', async () => {
    expect(secondsOf(await simulated([deletion(0)]))).toEqual([0, 12]);
  });

  it('cover all marks of ten seconds with one flush', async () => {
    const simulation = await simulated([0, 100, 3000, 8000].map((atMs, user) => deletion(atMs, user)));
    // The second flush of the first mark, and one that is late enough for the others, ten seconds later.
    expect(secondsOf(simulation)).toEqual([0, 12, 22]);
  });

  it('are at most six a minute for a thousand deletions, and lose no mark', async () => {
    const deletions = Array.from({ length: 1000 }, (_, user) => deletion(user * 60, user));
    const simulation = await simulated(deletions, { latencyMs: 20, random: mulberry(7) });
    expect(deletions.filter((each) => !simulation.marks.has(markKey(each)))).toEqual([]);
    const times = simulation.flushes.map(({ startedMs }) => startedMs);
    for (const startMs of times) {
      const inOneMinute = times.filter((timeMs) => timeMs >= startMs && timeMs < startMs + 59_900);
      expect(inOneMinute.length).toBeLessThanOrEqual(6);
    }
    expect(times.length).toBeLessThanOrEqual(9);
    expectAllCompleted(simulation);
  });

  it('are late by ten seconds at most, however many marks there are', async () => {
    const deletions = Array.from({ length: 200 }, (_, user) => deletion(user * 250, user));
    const simulation = await simulated(deletions);
    for (const writtenMs of simulation.written.values()) {
      const dueMs = writtenMs + SECOND_FLUSH_MS;
      const completed = simulation.flushes.find(({ startedMs }) => startedMs >= dueMs);
      expect(completed?.startedMs).toBeLessThan(dueMs + 10_200);
    }
  });

  it('complete every revocation, whatever crashes, is delivered twice or late, or is refused', async () => {
    await fc.assert(
      fc.asyncProperty(
        deletionsArbitrary(),
        fc.integer(),
        fc.integer({ min: 0, max: 6 }),
        async (all, seed, crashes) => {
          const simulation = await simulated(all, {
            random: mulberry(seed),
            latencyMs: 300,
            crashRate: 0.05,
            crashes,
            duplicateRate: 0.1,
            latenessMs: 3000,
            refusalRate: 0.2,
          });
          expect(simulation.leftInQueue).toBe(0);
          expect(simulation.dead).toEqual([]);
          for (const each of all) {
            expect(simulation.marks.get(markKey(each))).toBeGreaterThanOrEqual(START_MS + each.atMs);
          }
          expectAllCompleted(simulation);
          expectInterval(simulation, 300);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('are repeated with growing delays while the control plane refuses them, and end in the dead-letter queue', async () => {
    const simulation = await simulated([deletion(0)], { refusalRate: 1 });
    const gaps = secondsOf(simulation).map((second, index, all) => second - (all[index - 1] ?? 0));
    // The flush at once, the second one, its repetitions, and what SQS delivers again.
    expect(gaps).toEqual([0, 12, 20, 40, 80, 160, 320, 10, 120, 120, 120, 120, 120, 120, 120]);
    expect(simulation.dead.map((body) => JSON.parse(body))).toEqual([
      { version: 1, flush: { dueMs: expect.any(Number), isLast: true } },
    ]);
    const [line = '{}'] = simulation.lines;
    expect(JSON.parse(line)).toMatchObject({ issuer: ISSUER, Marks: 1, Flushes: 0, FlushFailures: 1 });
  });

  it.each([5000, 1500])(
    'that always fail raise the alarm in half an hour, although a user is revoked every %i ms',
    async (everyMs) => {
      const halfAnHourMs = 1_800_000;
      const deletions = Array.from({ length: halfAnHourMs / everyMs }, (_, user) => deletion(user * everyMs, user));
      const simulation = await simulated(deletions, { refusalRate: 1 }, halfAnHourMs);
      expect(simulation.firstDeadMs).toBeLessThan(START_MS + halfAnHourMs);
      // The marks that arrived together, two flushes that are due later, and those that wait.
      expect(simulation.mostInQueue).toBeLessThanOrEqual(6);
      expect(simulation.flushes.length).toBeLessThan(20);
      for (const each of deletions.slice(0, -1)) {
        const writtenMs = simulation.written.get(markKey(each)) ?? Number.POSITIVE_INFINITY;
        expect(writtenMs - START_MS - each.atMs).toBeLessThan(1000);
      }
    },
  );

  it('complete every revocation after the control plane has recovered, at the usual times', async () => {
    const recoveryMs = 400_000;
    const deletions = Array.from({ length: 200 }, (_, user) => deletion(user * 5000, user));
    const simulation = await simulated(deletions, { refusalRate: 1, recoveryMs });
    expect(simulation.dead).toEqual([]);
    expectAllCompleted(simulation);
    // The attempts before that are at 0, 12, 32, 72, 152 and 312 s.
    const firstMs = simulation.flushes.find(({ succeeded }) => succeeded)?.startedMs ?? 0;
    expect(firstMs).toBeLessThan(START_MS + 640_000);
    for (const writtenMs of simulation.written.values()) {
      const dueMs = Math.max(writtenMs + SECOND_FLUSH_MS, firstMs);
      const completed = simulation.flushes.find(({ startedMs, succeeded }) => succeeded && startedMs >= dueMs);
      expect(completed?.startedMs).toBeLessThan(dueMs + 10_200);
    }
  });
});

/** After each mark, a flush was started when it was due or later, and succeeded. */
function expectAllCompleted({ written, flushes }: Simulation): void {
  const lastMs = Math.max(...flushes.filter(({ succeeded }) => succeeded).map(({ startedMs }) => startedMs));
  for (const writtenMs of written.values()) {
    expect(lastMs).toBeGreaterThanOrEqual(secondFlushDue(writtenMs, REVOCATION_SECONDS));
  }
}

/** @param latencyMs a flush may start so much later than it was claimed */
function expectInterval({ flushes }: Simulation, latencyMs: number): void {
  const times = flushes.map(({ startedMs }) => startedMs).sort((a, b) => a - b);
  for (const [index, timeMs] of times.entries()) {
    if (index > 0) expect(timeMs - (times[index - 1] ?? 0)).toBeGreaterThanOrEqual(10_000 - latencyMs);
  }
}

function deletionsArbitrary() {
  return fc.array(
    fc.record({
      atMs: fc.integer({ min: 0, max: 60_000 }),
      user: fc.integer({ min: 0, max: 12 }),
      kind: fc.constantFrom('introspected' as const, 'all' as const),
    }),
    { minLength: 1, maxLength: 40 },
  );
}

/** A small generator of random numbers, so that a failing case can be repeated. */
function mulberry(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
