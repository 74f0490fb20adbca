/**
 * Time that passes only when nothing else is left to do: all promises of one moment are settled before the clock moves on. So code that
 * waits runs as it does in a real process, but an hour takes seconds.
 */
import { EventQueue } from './event-queue.ts';

/** Any moment; DynamoDB's times to live need a real one. */
const START_MS = Date.UTC(2026, 10, 1);
const SETTLEMENTS_IN_A_TURN = 1000;

export class SimulatedTime {
  readonly #queue = new EventQueue();
  #nowMs = START_MS;
  #settlements = 0;
  /** Whether promises may be able to go on. */
  #isUnsettled = false;
  #failure: { readonly error: unknown } | undefined;

  /** Epoch milliseconds. */
  readonly clock = (): number => this.#nowMs;

  readonly sleep = (milliseconds: number): Promise<void> =>
    new Promise((resolve) => {
      this.after(milliseconds, () => {
        this.#isUnsettled = true;
        resolve();
      });
    });

  /** Runs something later. If it starts work, it does so with `start`. */
  after(milliseconds: number, run: () => void): void {
    this.#queue.add(this.#nowMs + milliseconds, run);
  }

  /** Starts work that nobody waits for. If it fails, `pass` throws its error. */
  start(work: Promise<void>): void {
    this.#isUnsettled = true;
    work.catch((error: unknown) => {
      this.#failure ??= { error };
    });
  }

  /** Lets time pass. @throws what started work has thrown */
  async pass(milliseconds: number): Promise<void> {
    const untilMs = this.#nowMs + milliseconds;
    for (let event = this.#queue.take(untilMs); event; event = this.#queue.take(untilMs)) {
      this.#nowMs = event.atMs;
      event.run();
      if (!this.#isUnsettled) continue;
      await this.#settled();
      this.#isUnsettled = false;
      if (this.#failure) throw this.#failure.error;
    }
    this.#nowMs = untilMs;
  }

  /** Resolves when no promise is left that could go on by itself. */
  #settled(): Promise<void> {
    this.#settlements += 1;
    // `nextTick` is much faster, but only `setImmediate` lets signals and timers of this process in.
    const isTurn = this.#settlements % SETTLEMENTS_IN_A_TURN === 0;
    return new Promise((resolve) => (isTurn ? setImmediate(resolve) : process.nextTick(resolve)));
  }
}
