import { describe, expect, it } from 'vitest';
import { EarlyRead } from '../../../../lambda/authorizer/early-read.ts';
import { FrozenClock } from '../../../support/core/clock.ts';

interface Read {
  readonly succeed: (value: string) => void;
  readonly fail: (error: Error) => void;
}

/** An early read whose reads end when the test says so. */
function setUp(maximumAgeMs?: number) {
  const clock = new FrozenClock();
  const reads: Read[] = [];
  const sleeping: (() => void)[] = [];
  const early = new EarlyRead<string>({
    read: () => new Promise((succeed, fail) => reads.push({ succeed, fail })),
    clock: clock.read,
    sleep: (milliseconds) => {
      clock.sleeps.push(milliseconds);
      return new Promise((wake) => sleeping.push(wake));
    },
    ...(maximumAgeMs === undefined ? {} : { maximumAgeMs }),
  });
  return { clock, reads, sleeping, early };
}

describe('a request that needs a value that was read early', () => {
  it('gets it without another read', async () => {
    const { reads, early } = setUp();
    const started = early.start();
    reads[0]?.succeed('early');
    await started;
    expect(await early.value()).toBe('early');
    expect(reads).toHaveLength(1);
  });

  it('waits for a read that is under way', async () => {
    const { clock, reads, early } = setUp();
    const started = early.start();
    clock.nowMs += 400;
    const value = early.value();
    reads[0]?.succeed('early');
    expect(await value).toBe('early');
    expect(clock.sleeps).toEqual([600]);
    expect(reads).toHaveLength(1);
    await started;
  });

  it('reads by itself if the early read has failed', async () => {
    const { reads, early } = setUp();
    const started = early.start();
    reads[0]?.fail(new Error('The connection was cut.'));
    await expect(started).resolves.toBeUndefined();
    const value = early.value();
    await Promise.resolve();
    await new Promise(setImmediate);
    reads[1]?.succeed('own');
    expect(await value).toBe('own');
  });

  it('reads by itself if the early read fails while it waits', async () => {
    const { reads, early } = setUp();
    const started = early.start();
    const value = early.value();
    reads[0]?.fail(new Error('The connection was cut.'));
    await started;
    await new Promise(setImmediate);
    reads[1]?.succeed('own');
    expect(await value).toBe('own');
  });

  it('reports only the failure of its own read', async () => {
    const { reads, early } = setUp();
    const started = early.start();
    const value = early.value();
    reads[0]?.fail(new Error('early'));
    await started;
    await new Promise(setImmediate);
    reads[1]?.fail(new Error('own'));
    await expect(value).rejects.toThrow('own');
  });

  it('waits no longer than a second, counted from the start of the early read', async () => {
    const { reads, sleeping, early } = setUp();
    void early.start();
    const value = early.value();
    sleeping[0]?.();
    await new Promise(setImmediate);
    reads[1]?.succeed('own');
    expect(await value).toBe('own');
  });

  it('does not wait for a read that hangs since before the sandbox was frozen', async () => {
    const { clock, reads, early } = setUp();
    void early.start();
    clock.advanceSeconds(600);
    const value = early.value();
    await new Promise(setImmediate);
    expect(clock.sleeps).toEqual([]);
    reads[1]?.succeed('own');
    expect(await value).toBe('own');
  });

  it('gets a value that arrived long ago, unless it would be too old', async () => {
    const unlimited = setUp();
    const limited = setUp(30_000);
    for (const { reads, early, clock } of [unlimited, limited]) {
      const started = early.start();
      reads[0]?.succeed('early');
      await started;
      clock.nowMs += 30_001;
    }
    expect(await unlimited.early.value()).toBe('early');
    const value = limited.early.value();
    await new Promise(setImmediate);
    limited.reads[1]?.succeed('own');
    expect(await value).toBe('own');
  });
});

it('every later request reads again, because its cache has asked for a new value', async () => {
  const { reads, early } = setUp();
  const started = early.start();
  reads[0]?.succeed('early');
  await started;
  await early.value();
  const value = early.value();
  await new Promise(setImmediate);
  reads[1]?.succeed('new');
  expect(await value).toBe('new');
});

it('an early read does not start if a request came first', async () => {
  const { reads, early } = setUp();
  const value = early.value();
  await new Promise(setImmediate);
  await early.start();
  reads[0]?.succeed('own');
  expect(await value).toBe('own');
  expect(reads).toHaveLength(1);
});
