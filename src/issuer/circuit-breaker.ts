/** When a server is left alone: after repeated outages, while its rate limit lasts, and while little of that is left. */
import type { Clock } from '../core/clock.ts';
import { IssuerError } from '../core/errors.ts';

const FAILURES_BEFORE = 5;
const FIRST_MS = 2000;
const LONGEST_MS = 30_000;

export class CircuitBreaker {
  readonly #clock: Clock;
  #failuresInARow = 0;
  #untilMs = 0;
  #error: IssuerError | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @throws IssuerError while the server is left alone: why it is */
  assertOver(): void {
    if (this.#error && this.#clock() < this.#untilMs) throw this.#error;
  }

  /** A call succeeded: earlier failures no longer count. */
  succeed(): void {
    this.#failuresInARow = 0;
  }

  /**
   * A call failed: from the fifth in a row on the server is left alone, each time for longer. A failure while it is left
   * alone is of a call that was under way before: it counts for nothing, so that many calls at once, failing together,
   * make a short pause and not the longest.
   *
   * @returns for how many milliseconds from now; 0 if the failure begins no pause
   */
  fail(): number {
    if (this.#clock() < this.#untilMs) return 0;
    this.#failuresInARow += 1;
    const excess = this.#failuresInARow - FAILURES_BEFORE;
    if (excess < 0) return 0;
    const error = new IssuerError('issuer_circuit_open', 'The server is left alone after repeated failures.');
    return this.#begin(FIRST_MS * 2 ** Math.min(excess, 10), error);
  }

  /**
   * The server asked for less: a rate limit stays one while it lasts, and is no outage that a stale answer may bridge.
   *
   * @returns for how many milliseconds the server is left alone
   */
  throttle(milliseconds: number, message: string): number {
    this.#failuresInARow = 0;
    return this.#begin(milliseconds, new IssuerError('issuer_throttled', message));
  }

  #begin(milliseconds: number, error: IssuerError): number {
    const durationMs = Math.min(milliseconds, LONGEST_MS);
    const untilMs = this.#clock() + durationMs;
    // A call that ends while another has begun a longer pause does not shorten it.
    if (untilMs <= this.#untilMs) return 0;
    this.#untilMs = untilMs;
    this.#error = error;
    return durationMs;
  }
}
