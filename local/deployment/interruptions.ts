/** Ctrl-C: once to end in order, twice to end at once. */

/** A terminal sends a signal to all of its processes and some of these pass it on, so that one Ctrl-C comes more than once. */
const SAME_WITHIN_MS = 1000;

export class Interruptions {
  /** Resolves with the first. */
  readonly first: Promise<void>;
  readonly #second = new AbortController();
  #firstAtMs: number | undefined;

  /** @param atOnce the reason of the second's signal */
  constructor(atOnce: Error) {
    this.first = new Promise((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) {
        process.on(signal, () => {
          this.#firstAtMs ??= Date.now();
          if (Date.now() - this.#firstAtMs > SAME_WITHIN_MS) this.#second.abort(atOnce);
          resolve();
        });
      }
    });
  }

  get hasCome(): boolean {
    return this.#firstAtMs !== undefined;
  }

  /** Aborts with the second. */
  get second(): AbortSignal {
    return this.#second.signal;
  }
}
