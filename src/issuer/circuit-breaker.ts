/** Pauses the calls to a server after repeated outages, while it limits our rate, and while little of its limit is left. */
import type { Clock } from '../core/clock.ts';
import { IssuerError } from '../core/errors.ts';

const FAILURES_BEFORE_PAUSE = 5;
const FIRST_PAUSE_MS = 2000;
const LONGEST_PAUSE_MS = 30_000;

export class CircuitBreaker {
  readonly #clock: Clock;
  #failuresInARow = 0;
  #untilMs = 0;
  #error: IssuerError | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @throws IssuerError during a pause, with its reason */
  assertClosed(): void {
    if (this.#error && this.#clock() < this.#untilMs) throw this.#error;
  }

  /** Records a call that succeeded. Earlier failures no longer count. */
  succeed(): void {
    this.#failuresInARow = 0;
  }

  /**
   * Records a call that failed. From the fifth failure in a row, each one begins a pause, longer each time. A failure during
   * a pause belongs to a call that began before it, and does not count: many calls that fail together make one short pause.
   *
   * @returns the length of the pause in milliseconds; 0 if none begins
   */
  fail(): number {
    if (this.#clock() < this.#untilMs) return 0;
    this.#failuresInARow += 1;
    const excess = this.#failuresInARow - FAILURES_BEFORE_PAUSE;
    if (excess < 0) return 0;
    const error = new IssuerError('issuer_circuit_open', 'Calls to the server are paused after repeated failures.');
    return this.#begin(FIRST_PAUSE_MS * 2 ** Math.min(excess, 10), error);
  }

  /**
   * Begins a pause because the server limits our rate. This is not an outage, so no stale principal is accepted meanwhile.
   *
   * @returns the length of the pause in milliseconds
   */
  throttle(milliseconds: number, message: string): number {
    this.#failuresInARow = 0;
    return this.#begin(milliseconds, new IssuerError('issuer_throttled', message));
  }

  #begin(milliseconds: number, error: IssuerError): number {
    const durationMs = Math.min(milliseconds, LONGEST_PAUSE_MS);
    const untilMs = this.#clock() + durationMs;
    // A later call must not shorten a longer pause.
    if (untilMs <= this.#untilMs) return 0;
    this.#untilMs = untilMs;
    this.#error = error;
    return durationMs;
  }
}
