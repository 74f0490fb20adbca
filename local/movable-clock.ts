/** A clock that people can advance. Everything in local mode uses it, so that tokens, caches and limits expire together. */

export class MovableClock {
  readonly #read: () => number;
  #aheadMs = 0;

  /** @param read returns epoch milliseconds */
  constructor(read: () => number) {
    this.#read = read;
  }

  /** Epoch milliseconds, with what it was advanced by. */
  readonly now = (): number => this.#read() + this.#aheadMs;

  /** How far it is ahead, in milliseconds. */
  get aheadMs(): number {
    return this.#aheadMs;
  }

  /** Advances the clock. It cannot go back: the caches rely on that. */
  advance(milliseconds: number): void {
    this.#aheadMs += Math.max(0, milliseconds);
  }
}
