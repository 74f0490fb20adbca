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

const message = (dueMs: number, failures = 0) => JSON.stringify({ version: 1, flush: { dueMs, failures } });

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
    const flushCaches = () => Promise.reject(new Error('busy'));
    await flushes({ flushCaches }).afterMarks();
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
    await flushes({ flushCaches: undefined }).onDue({ dueMs: NOW_MS, failures: 0 });
    expect(calls).toEqual([]);
  });
});

describe('the message of a flush', () => {
  it('is sent again if another instance has just claimed a flush', async () => {
    const claim = async () => false;
    await flushes({ store: { ...bound(store), claim } }).onDue({ dueMs: NOW_MS - 1000, failures: 2 });
    expect(calls).toEqual([`send ${message(NOW_MS - 1000, 2)} in 10 s`]);
  });

  it('is sent again if it comes early, or too soon after the last flush', async () => {
    await flushes().onDue({ dueMs: NOW_MS + 3500, failures: 0 });
    store.state = { claimedMs: NOW_MS - 4000 };
    await flushes().onDue({ dueMs: NOW_MS, failures: 1 });
    expect(calls).toEqual([`send ${message(NOW_MS + 3500)} in 4 s`, `send ${message(NOW_MS, 1)} in 6 s`]);
  });

  it('needs nothing if a flush was started when it was due', async () => {
    store.state = { claimedMs: NOW_MS - 10_000, flushedMs: NOW_MS - 10_000 };
    await flushes().onDue({ dueMs: NOW_MS - 10_000, failures: 0 });
    expect(calls).toEqual([]);
  });

  it('is not satisfied by a flush that was started and failed', async () => {
    store.state = { claimedMs: NOW_MS - 10_000, flushedMs: NOW_MS - 30_000 };
    await flushes().onDue({ dueMs: NOW_MS - 10_000, failures: 0 });
    expect(calls).toEqual(['claim', 'flush', 'recordFlush']);
  });

  it('fails for good after eight attempts', async () => {
    const flushCaches = () => Promise.reject(new Error('busy'));
    await expect(flushes({ flushCaches }).onDue({ dueMs: NOW_MS, failures: 7 })).rejects.toMatchObject({
      code: 'flush_failed',
      message: expect.stringMatching(/could not be flushed, in 8 attempts/),
    });
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
