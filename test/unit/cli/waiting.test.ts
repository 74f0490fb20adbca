import { describe, expect, test } from 'vitest';
import { Interruption } from '../../../src/cli/interruption.ts';
import type { Ports } from '../../../src/cli/ports.ts';
import { waitFor } from '../../../src/cli/progress.ts';

/** Timers that the test lets go off. */
function handTimers() {
  const timers: { milliseconds: number; callback: () => void }[] = [];
  const setTimer: Ports['setTimer'] = (milliseconds, callback) => {
    const timer = { milliseconds, callback };
    timers.push(timer);
    return () => void timers.splice(timers.indexOf(timer), 1);
  };
  const next = () => {
    const timer = timers.shift();
    timer?.callback();
    return timer?.milliseconds;
  };
  return { timers, setTimer, next };
}

describe('waiting', () => {
  test('is told after two seconds, and every five from then on, until it is over', async () => {
    const { timers, setTimer, next } = handTimers();
    const notes: string[] = [];
    const terminal = { note: (line: string) => void notes.push(line) };
    let finish: (value: string) => void = () => {};
    const work = waitFor('the tenant', () => new Promise<string>((resolve) => (finish = resolve)), {
      terminal,
      setTimer,
    });
    expect([next(), next(), next()]).toEqual([2000, 5000, 5000]);
    expect(notes).toEqual([
      'Waiting for the tenant … 2 s',
      'Waiting for the tenant … 7 s',
      'Waiting for the tenant … 12 s',
    ]);
    finish('done');
    expect(await work).toBe('done');
    expect(timers).toEqual([]);
  });
});

describe('Ctrl-C', () => {
  test('ends a command at once', async () => {
    const interruption = new Interruption(() => {});
    interruption.press();
    await expect(interruption.happened).rejects.toMatchObject({ code: 'interrupted' });
  });

  test('waits for what is under way, and says so; what was shown of it is shown', async () => {
    const events: string[] = [];
    const interruption = new Interruption(() => void events.push('deferred'));
    const happened = interruption.happened.catch(() => void events.push('ended'));
    let finish: () => void = () => {};
    const work = interruption.protect(async () => {
      await new Promise<void>((resolve) => (finish = resolve));
      events.push('shown');
    });
    interruption.press();
    await Promise.resolve();
    finish();
    await work;
    await happened;
    expect(events).toEqual(['deferred', 'shown', 'ended']);
  });

  test('waits no longer when it is pressed again', async () => {
    const interruption = new Interruption(() => {});
    void interruption.protect(() => new Promise(() => {}));
    interruption.press();
    interruption.press();
    await expect(interruption.happened).rejects.toMatchObject({ code: 'interrupted' });
  });

  test('that was deferred ends the command though the work failed', async () => {
    const interruption = new Interruption(() => {});
    const work = interruption.protect(async () => {
      interruption.press();
      throw new Error('failed');
    });
    await expect(work).rejects.toThrow('failed');
    await expect(interruption.happened).rejects.toMatchObject({ code: 'interrupted' });
  });
});
