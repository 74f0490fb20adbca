import { beforeEach, describe, expect, it } from 'vitest';
import { MemoryFlushStore } from '../../../local/memory-flush-store.ts';
import { delaySecondsUntil, flushesNow, nextStep, scheduleFor } from '../../../src/revocation/flush-schedule.ts';
import { type FlushEvent, Flushes, type FlushPorts } from '../../../src/revocation/flushes.ts';
import { NOW_MS } from '../../support/core/clock.ts';

let calls: string[];
let events: FlushEvent[];
let store: MemoryFlushStore;

beforeEach(() => {
  calls = [];
  events = [];
  store = new MemoryFlushStore();
});

function flushes(more: Partial<FlushPorts> = {}): Flushes {
  const ports: FlushPorts = {
    clock: () => NOW_MS,
    store: {
      read: () => store.read(),
      claim: async (nowMs) => note('claim', await store.claim(nowMs)),
      recordFlush: async (startedMs) => note('recordFlush', await store.recordFlush(startedMs)),
      recordPending: async (dueMs) => note('recordPending', await store.recordPending(dueMs)),
    },
    sendLater: async (body, delaySeconds) => note(`send ${body} in ${delaySeconds} s`, undefined),
    flushCaches: async () => note('flush', undefined),
    ...more,
  };
  return new Flushes(ports, 5, (event) => events.push(event));
}

function note<Result>(call: string, result: Result): Result {
  calls.push(call);
  return result;
}

const failing = () => Promise.reject(new Error('busy'));
const message = (dueMs: number, isLast = false) => JSON.stringify({ version: 1, flush: { dueMs, isLast } });

describe('after marks', () => {
  it('the second flush is in the queue before anybody relies on it, and before the first flush can fail', async () => {
    await flushes().afterMarks();
    expect(calls).toEqual([
      `send ${message(NOW_MS + 12_000)} in 12 s`,
      'recordPending',
      'claim',
      'flush',
      'recordFlush',
    ]);
  });

  it('a first flush that fails is reported, and left to the second', async () => {
    await flushes({ flushCaches: failing }).afterMarks();
    expect(events).toMatchObject([{ outcome: 'failed', failure: { code: 'unexpected' } }]);
    expect(store.state.flushedMs).toBeUndefined();
  });

  it('an error of the queue is passed on, so that the marks are delivered again', async () => {
    const sendLater = () => Promise.reject(new Error('no queue'));
    await expect(flushes({ sendLater }).afterMarks()).rejects.toThrow('no queue');
    expect(calls).toEqual([]);
  });

  it('nothing is scheduled if there is no stage', async () => {
    await flushes({ flushCaches: undefined }).afterMarks();
    await flushes({ flushCaches: undefined }).onDue({ dueMs: NOW_MS, isLast: false });
    expect(calls).toEqual([]);
  });
});

describe('the message of a flush', () => {
  it('is sent again if another instance has just claimed a flush', async () => {
    const claim = async () => false;
    await flushes({ store: { ...bound(store), claim } }).onDue({ dueMs: NOW_MS - 1000, isLast: false });
    expect(calls).toEqual([`send ${message(NOW_MS - 1000)} in 10 s`]);
  });

  it('is sent again if it comes early, or too soon after the last flush', async () => {
    await flushes().onDue({ dueMs: NOW_MS + 3500, isLast: false });
    store.state = { claimedMs: NOW_MS - 4000 };
    await flushes().onDue({ dueMs: NOW_MS, isLast: false });
    expect(calls).toEqual([`send ${message(NOW_MS + 3500)} in 4 s`, `send ${message(NOW_MS)} in 6 s`]);
  });

  it('needs nothing if a flush was started when it was due', async () => {
    store.state = { claimedMs: NOW_MS - 10_000, flushedMs: NOW_MS - 10_000 };
    await flushes().onDue({ dueMs: NOW_MS - 10_000, isLast: false });
    expect(calls).toEqual([]);
  });

  it('is not satisfied by a flush that was started and failed', async () => {
    store.state = { claimedMs: NOW_MS - 10_000, flushedMs: NOW_MS - 30_000 };
    await flushes().onDue({ dueMs: NOW_MS - 10_000, isLast: false });
    expect(calls).toEqual(['claim', 'flush', 'recordFlush']);
  });

  it('waits twice as long after each failure that any instance had, and at most 15 minutes', async () => {
    for (const attempts of [0, 1, 4]) {
      store.state = { attempts, claimedMs: NOW_MS - 3_600_000 };
      await flushes({ flushCaches: failing }).onDue({ dueMs: NOW_MS - 1000, isLast: false });
    }
    store.state = { attempts: 20, claimedMs: NOW_MS - 899_000 };
    await flushes().onDue({ dueMs: NOW_MS - 1000, isLast: false });
    const again = (seconds: number) => `send ${message(NOW_MS - 1000)} in ${seconds} s`;
    expect(calls.filter((call) => call !== 'claim')).toEqual([again(10), again(20), again(160), again(1)]);
  });

  it('is dropped while it has to wait, if a later one comes before it may flush', async () => {
    const due = { dueMs: NOW_MS - 1000, isLast: false };
    store.state = { attempts: 4, claimedMs: NOW_MS - 20_000, pendingMs: NOW_MS + 9000 };
    await flushes().onDue(due);
    expect(calls).toEqual([]);
    // The later one comes too late, or is this one.
    store.state = { attempts: 4, claimedMs: NOW_MS - 79_000, pendingMs: NOW_MS + 9000 };
    await flushes().onDue(due);
    store.state = { attempts: 4, claimedMs: NOW_MS - 79_000, pendingMs: due.dueMs };
    await flushes().onDue(due);
    expect(calls).toEqual([`send ${message(due.dueMs)} in 1 s`, `send ${message(due.dueMs)} in 1 s`]);
  });

  it('is dropped after its flush failed, if a later one comes before the next attempt', async () => {
    store.state = { attempts: 3, claimedMs: NOW_MS - 40_000, pendingMs: NOW_MS + 9000 };
    await flushes({ flushCaches: failing }).onDue({ dueMs: NOW_MS - 1000, isLast: false });
    expect(calls).toEqual(['claim']);
  });

  it('gets its last attempts after seven, although later ones are pending', async () => {
    store.state = { attempts: 6, claimedMs: NOW_MS - 320_000, pendingMs: NOW_MS + 9000 };
    await flushes({ flushCaches: failing }).onDue({ dueMs: NOW_MS - 1000, isLast: false });
    expect(calls).toEqual(['claim', `send ${message(NOW_MS - 1000, true)} in 10 s`]);
  });

  it('fails for good in its last attempt, even if another instance makes it', async () => {
    const last = { dueMs: NOW_MS, isLast: true };
    store.state = { attempts: 7, claimedMs: NOW_MS - 10_000, pendingMs: NOW_MS + 9000 };
    const failure = {
      code: 'flush_failed',
      message: expect.stringMatching(/not be flushed, in 7 attempts at least\./),
    };
    await expect(flushes({ flushCaches: failing }).onDue(last)).rejects.toMatchObject(failure);
    // Claimed just now.
    await expect(flushes().onDue(last)).rejects.toMatchObject({ code: 'flush_failed' });
    expect(calls).toEqual(['claim', 'claim']);
  });

  it('succeeds in its last attempt without waiting, and ends the delays of all others', async () => {
    store.state = { attempts: 9, claimedMs: NOW_MS - 10_000 };
    await flushes().onDue({ dueMs: NOW_MS - 1000, isLast: true });
    await flushes().onDue({ dueMs: NOW_MS - 1000, isLast: true });
    expect(calls).toEqual(['claim', 'flush', 'recordFlush']);
    expect(store.state).toEqual({ claimedMs: NOW_MS, flushedMs: NOW_MS, attempts: 0 });
  });
});

describe('the schedule', () => {
  it('uses a pending flush that is due no earlier, and otherwise keeps ten seconds from it', () => {
    expect(scheduleFor(NOW_MS, { pendingMs: NOW_MS })).toBeUndefined();
    expect(scheduleFor(NOW_MS, { pendingMs: NOW_MS - 1 })).toBe(NOW_MS + 9999);
    expect(scheduleFor(NOW_MS, { pendingMs: NOW_MS - 60_000 })).toBe(NOW_MS);
    expect(scheduleFor(NOW_MS, {})).toBe(NOW_MS);
  });

  it('does not flush at once if a flush just happened or will happen within ten seconds', () => {
    expect(flushesNow(NOW_MS, {})).toBe(true);
    expect(flushesNow(NOW_MS, { claimedMs: NOW_MS - 9999 })).toBe(false);
    expect(flushesNow(NOW_MS, { claimedMs: NOW_MS - 10_000 })).toBe(true);
    expect(flushesNow(NOW_MS, { pendingMs: NOW_MS + 10_000 })).toBe(false);
    expect(flushesNow(NOW_MS, { pendingMs: NOW_MS + 10_001 })).toBe(true);
    // The messages of flushes try again, with growing delays.
    expect(flushesNow(NOW_MS, { claimedMs: NOW_MS - 3_600_000, attempts: 1 })).toBe(false);
    // Overdue: a flush now is enough for it, too.
    expect(flushesNow(NOW_MS, { pendingMs: NOW_MS })).toBe(true);
  });

  it('never waits longer than SQS can, and waits again then', () => {
    expect(delaySecondsUntil(NOW_MS + 3_600_000, NOW_MS)).toBe(900);
    expect(delaySecondsUntil(NOW_MS - 1, NOW_MS)).toBe(0);
    expect(nextStep(NOW_MS + 2_700_000, NOW_MS, {})).toEqual({ step: 'wait', untilMs: NOW_MS + 2_700_000 });
  });
});

function bound(of: MemoryFlushStore): FlushPorts['store'] {
  return {
    read: () => of.read(),
    claim: (nowMs) => of.claim(nowMs),
    recordFlush: (startedMs) => of.recordFlush(startedMs),
    recordPending: (dueMs) => of.recordPending(dueMs),
  };
}
