/**
 * A read that starts before a request needs its value. The first request takes the value, or waits for a read that is under way. If the
 * early read fails, the request reads again. It also reads again if the early read takes too long, for example because the execution
 * environment was frozen in between and the connection died.
 */
import type { Clock } from '../../src/core/clock.ts';

export interface EarlyReadSettings<Value> {
  readonly read: () => Promise<Value>;
  readonly clock: Clock;
  /** Resolves after this many milliseconds. */
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** How old the value may be when it is taken, from the start of the early read. @default no limit */
  readonly maximumAgeMs?: number;
}

/** How long a request waits for an early read, from the read's start. */
const PATIENCE_MS = 1000;

type Found<Value> = { readonly value: Value } | undefined;

export class EarlyRead<Value> {
  readonly #settings: EarlyReadSettings<Value>;
  #startedAtMs = 0;
  #isNeeded = true;
  #flight: Promise<Found<Value>> | undefined;

  constructor(settings: EarlyReadSettings<Value>) {
    this.#settings = settings;
  }

  /** Starts the early read, unless a request came first. Resolves when the read has succeeded or failed. Never rejects. */
  async start(): Promise<void> {
    if (!this.#isNeeded) return;
    this.#startedAtMs = this.#settings.clock();
    this.#flight = found(this.#settings.read);
    await this.#flight;
  }

  /** Returns the early value to the first caller. Reads again for every other caller, and if there is no early value. */
  async value(): Promise<Value> {
    const early = await this.take();
    return early ? early.value : this.#settings.read();
  }

  /**
   * Returns the early value to the first caller; `undefined` to every other caller, or if there is none in time.
   *
   * @param longestMs how long the caller can wait
   */
  async take(longestMs: number = PATIENCE_MS): Promise<Found<Value>> {
    const flight = this.#flight;
    this.#flight = undefined;
    this.#isNeeded = false;
    if (!flight || this.#ageMs() > (this.#settings.maximumAgeMs ?? Number.POSITIVE_INFINITY)) return undefined;
    return this.#inTime(flight, longestMs);
  }

  #inTime(flight: Promise<Found<Value>>, longestMs: number): Promise<Found<Value>> {
    const leftMs = Math.min(PATIENCE_MS - this.#ageMs(), longestMs);
    const timeIsUp = leftMs > 0 ? this.#settings.sleep(leftMs) : Promise.resolve();
    // A value that has arrived comes first in any case.
    return Promise.race([flight, timeIsUp.then(() => undefined)]);
  }

  #ageMs(): number {
    return this.#settings.clock() - this.#startedAtMs;
  }
}

async function found<Value>(read: () => Promise<Value>): Promise<Found<Value>> {
  try {
    return { value: await read() };
  } catch {
    return undefined;
  }
}
