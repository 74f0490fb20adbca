import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LogEvent, ReadLogEvents } from '../../../../src/cli/ports.ts';
import { LATENESS_MS, LogFollower } from '../../../../src/cli/tail/log-follower.ts';

const PLACE = { logGroup: 'group', phrase: 'event' };
const event = (id: string, timeMs: number): LogEvent => ({ id, timeMs, message: id });

/** A log that gives pages of two events. */
class Log {
  readonly events: LogEvent[] = [];
  readonly queries: Parameters<ReadLogEvents>[0][] = [];
  failures: Error[] = [];

  readonly read: ReadLogEvents = async (query) => {
    this.queries.push(query);
    const failure = this.failures.shift();
    if (failure) throw failure;
    const found = this.events
      .filter(({ timeMs }) => timeMs >= query.fromMs)
      .toSorted((one, other) => one.timeMs - other.timeMs);
    const start = Number(query.nextToken ?? 0);
    const hasMore = found.length > start + 2;
    return { events: found.slice(start, start + 2), nextToken: hasMore ? String(start + 2) : undefined };
  };
}

async function idsIn(follower: LogFollower): Promise<readonly string[]> {
  const ids: string[] = [];
  for await (const page of follower.newEvents()) ids.push(...page.map(({ id }) => id));
  return ids;
}

function followed(fromMs = 1_000_000, clock = () => Number.MAX_SAFE_INTEGER) {
  const log = new Log();
  return { log, follower: new LogFollower(log.read, PLACE, { fromMs, clock }) };
}

describe('a follower of a log', () => {
  it('returns all pages, and then only what is new', async () => {
    const { log, follower } = followed();
    log.events.push(event('old', 999_999), event('a', 1_000_000), event('b', 1_000_001), event('c', 1_000_002));
    expect(await idsIn(follower)).toEqual(['a', 'b', 'c']);
    expect(log.queries).toMatchObject([{ ...PLACE, fromMs: 1_000_000 }, { nextToken: '2' }]);
    log.events.push(event('d', 1_000_002));
    expect(await idsIn(follower)).toEqual(['d']);
    expect(await idsIn(follower)).toEqual([]);
  });

  it('returns an event that arrives after a newer one', async () => {
    const { log, follower } = followed();
    log.events.push(event('new', 1_100_000));
    expect(await idsIn(follower)).toEqual(['new']);
    log.events.push(event('late', 1_100_000 - LATENESS_MS));
    expect(await idsIn(follower)).toEqual(['late']);
    log.events.push(event('too-late', 1_100_000 - LATENESS_MS - 1));
    expect(await idsIn(follower)).toEqual([]);
  });

  it('loses nothing after an event with a time in the future', async () => {
    const { log, follower } = followed(1_000_000, () => 1_050_000);
    log.events.push(event('future', 9_000_000), event('a', 1_050_000));
    expect(await idsIn(follower)).toEqual(['a', 'future']);
    log.events.push(event('b', 1_060_000));
    expect(await idsIn(follower)).toEqual(['b']);
  });

  it('reads again only what may still change', async () => {
    const { log, follower } = followed();
    log.events.push(event('a', 1_000_000), event('b', 1_100_000));
    await idsIn(follower);
    await idsIn(follower);
    expect(log.queries.at(-1)?.fromMs).toBe(1_100_000 - LATENESS_MS);
  });

  it('continues after a failure between two pages without losing or repeating an event', async () => {
    const { log, follower } = followed();
    log.events.push(event('a', 1_000_000), event('b', 1_050_000), event('c', 1_100_000));
    const ids: string[] = [];
    const failing = async () => {
      for await (const page of follower.newEvents()) {
        ids.push(...page.map(({ id }) => id));
        log.failures = [new Error('busy')];
      }
    };
    await expect(failing()).rejects.toThrow('busy');
    ids.push(...(await idsIn(follower)));
    expect(ids).toEqual(['a', 'b', 'c']);
  });

  it('returns each event once, whatever comes when, unless it is too late', async () => {
    const arrivals = fc.array(fc.array(fc.integer({ min: 0, max: LATENESS_MS }), { maxLength: 8 }), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(arrivals, async (batches) => {
        const { log, follower } = followed(0);
        const returned: string[] = [];
        for (const [batch, delays] of batches.entries()) {
          const arrivedMs = batch * 20_000 + LATENESS_MS;
          for (const [index, delay] of delays.entries()) log.events.push(event(`${batch}/${index}`, arrivedMs - delay));
          returned.push(...(await idsIn(follower)));
        }
        expect(returned.toSorted()).toEqual(log.events.map(({ id }) => id).toSorted());
      }),
    );
  });
});
