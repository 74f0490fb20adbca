/** A clock that is frozen until a test moves it. */
import type { Clock } from '../../../src/core/clock.ts';

/** A Thursday noon; whole seconds, so that edges of `exp` and `nbf` can be hit exactly. */
export const NOW_MS = Date.UTC(2026, 0, 15, 12);
export const NOW_SECONDS = NOW_MS / 1000;

export class FrozenClock {
  nowMs = NOW_MS;
  /** The delays requested from `sleep`, in milliseconds. */
  readonly sleeps: number[] = [];

  readonly read: Clock = () => this.nowMs;

  /** Advances the time immediately. */
  readonly sleep = async (milliseconds: number): Promise<void> => {
    this.sleeps.push(milliseconds);
    this.nowMs += milliseconds;
  };

  advanceSeconds(seconds: number): void {
    this.nowMs += seconds * 1000;
  }
}
