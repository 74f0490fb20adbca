import { describe, expect, it } from 'vitest';
import { Interruption } from '../../../src/cli/interruption.ts';
import type { Ports } from '../../../src/cli/ports.ts';
import { waitFor } from '../../../src/cli/progress.ts';

/** Timers that the test fires itself. */
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

describe('waitFor', () => {
  it('reports that it waits after two seconds, and then every five seconds, until the work is done', async () => {
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
  it('ends a command at once', async () => {
    const interruption = new Interruption(() => {});
    interruption.press();
    await expect(interruption.happened).rejects.toMatchObject({ code: 'interrupted' });
  });

  it('waits for protected work and for its output, and reports that', async () => {
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

  it('ends protected work at the second press', async () => {
    const interruption = new Interruption(() => {});
    void interruption.protect(() => new Promise(() => {}));
    interruption.press();
    interruption.press();
    await expect(interruption.happened).rejects.toMatchObject({ code: 'interrupted' });
  });

  it('ends the command with the error of protected work that failed', async () => {
    const interruption = new Interruption(() => {});
    const work = interruption.protect(async () => {
      interruption.press();
      throw new Error('failed');
    });
    await expect(work).rejects.toThrow('failed');
    await expect(interruption.happened).rejects.toThrow('failed');
  });
});
