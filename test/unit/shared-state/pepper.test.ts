import { expect, it } from 'vitest';
import { Pepper } from '../../../src/shared-state/pepper.ts';
import { FrozenClock } from '../../support/core/clock.ts';

it('nobody waits for a pepper that is read again while an earlier value is known', async () => {
  const clock = new FrozenClock();
  let reads = 0;
  const pepper = new Pepper({
    read: () => (reads++ === 0 ? Promise.resolve('p'.repeat(64)) : new Promise(() => undefined)),
    clock: clock.read,
    sleep: clock.sleep,
  });
  await pepper.value(150);
  clock.sleeps.length = 0;
  clock.advanceSeconds(300);
  const startedAtMs = clock.nowMs;
  for (let request = 0; request < 10; request += 1) await pepper.value(150);
  expect(clock.nowMs - startedAtMs).toBeLessThanOrEqual(150);
});
