/** Time, randomness and timers of this process. A command passes them in, so that its tests can replace them. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

export const PROCESS_PORTS = {
  clock: Date.now,
  sleep: (milliseconds: number): Promise<void> => sleep(milliseconds),
  random: Math.random,
  uniqueId: randomUUID,
  /** The timer does not keep the process alive. */
  setTimer: (milliseconds: number, callback: () => void): (() => void) => {
    const timer = setTimeout(callback, milliseconds).unref();
    return () => clearTimeout(timer);
  },
};
