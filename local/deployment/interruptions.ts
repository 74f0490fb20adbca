/** Handles Ctrl-C: the first one shuts down in order, the second one stops at once. */

/**
 * A terminal signals all its processes and some of them pass the signal on, so one Ctrl-C may arrive more than once.
 */
const SAME_WITHIN_MS = 1000;

export class Interruptions {
  /** Resolves at the first Ctrl-C. */
  readonly first: Promise<void>;
  readonly #second = new AbortController();
  #firstAtMs: number | undefined;

  /** @param atOnce the reason with which the second Ctrl-C aborts */
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

  /** Aborts at the second Ctrl-C. */
  get second(): AbortSignal {
    return this.#second.signal;
  }
}
