import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventQueue } from '../../../bench/simulation/event-queue.ts';

describe('the queue of events', () => {
  it('returns events by their time, and those of one moment in the order in which they were added', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 })), (times) => {
        const seen: string[] = [];
        const queue = new EventQueue();
        for (const [index, atMs] of times.entries()) queue.add(atMs, () => seen.push(`${atMs} ${index}`));
        for (let event = queue.take(20); event; event = queue.take(20)) event.run();
        const expected = times
          .map((atMs, index) => ({ atMs, index }))
          .sort((a, b) => a.atMs - b.atMs || a.index - b.index)
          .map(({ atMs, index }) => `${atMs} ${index}`);
        expect(seen).toEqual(expected);
      }),
    );
  });

  it('keeps events that are later than asked for', () => {
    const queue = new EventQueue();
    queue.add(10, () => {});
    expect(queue.take(9)).toBeUndefined();
    expect(queue.take(10)).toMatchObject({ atMs: 10 });
    expect(queue.take(10)).toBeUndefined();
  });
});
