import { describe, expect, it } from 'vitest';
import { SimulatedTime } from '../../../bench/simulation/simulated-time.ts';

describe('simulated time', () => {
  it('moves on only when all promises of a moment are settled', async () => {
    const time = new SimulatedTime();
    const startMs = time.clock();
    const seen: number[] = [];
    const work = async () => {
      await time.sleep(10);
      for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
      seen.push(time.clock() - startMs);
      await time.sleep(5);
      seen.push(time.clock() - startMs);
    };
    time.start(work());
    time.after(11, () => seen.push(11));
    await time.pass(100);
    expect(seen).toEqual([10, 11, 15]);
    expect(time.clock() - startMs).toBe(100);
  });

  it('leaves what comes later for later', async () => {
    const time = new SimulatedTime();
    let isDone = false;
    time.after(100, () => {
      isDone = true;
    });
    await time.pass(99);
    expect(isDone).toBe(false);
    await time.pass(1);
    expect(isDone).toBe(true);
  });

  it('passes on the error of work that nobody waits for', async () => {
    const time = new SimulatedTime();
    time.start(time.sleep(1).then(() => Promise.reject(new Error('broken'))));
    await expect(time.pass(2)).rejects.toThrow('broken');
  });
});
