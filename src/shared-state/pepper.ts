/**
 * The secret from which the shared cache derives ids and keys. It is read again from time to time, because it may be rotated. Nobody
 * waits long for it: without it, there is no shared cache for this request.
 */
import type { Clock } from '../core/clock.ts';

export interface PepperSettings {
  readonly read: () => Promise<string>;
  readonly clock: Clock;
  /** Resolves after this many milliseconds. */
  readonly sleep: (milliseconds: number) => Promise<void>;
}

const FRESH_MS = 5 * 60_000;
/** After a failed read, the pepper is not read again for this long. */
const RETRY_MS = 5000;

export class Pepper {
  readonly #settings: PepperSettings;
  #value: string | undefined;
  #readAgainFromMs = Number.NEGATIVE_INFINITY;
  #flight: Promise<void> | undefined;

  constructor(settings: PepperSettings) {
    this.#settings = settings;
  }

  /** @returns the pepper; `undefined` if none could be read in this time. While a new one cannot be read, the old one is used */
  async value(timeoutMs: number): Promise<string | undefined> {
    const { clock, sleep } = this.#settings;
    if (clock() >= this.#readAgainFromMs) {
      const isFirst = this.#flight === undefined;
      this.#flight ??= this.#read();
      // The others use the earlier value.
      if (isFirst || this.#value === undefined) await Promise.race([this.#flight, sleep(timeoutMs)]);
    }
    return this.#value;
  }

  async #read(): Promise<void> {
    const { read, clock } = this.#settings;
    try {
      this.#value = await read();
      this.#readAgainFromMs = clock() + FRESH_MS;
    } catch {
      this.#readAgainFromMs = clock() + RETRY_MS;
    } finally {
      this.#flight = undefined;
    }
  }
}
