/** Virtual time for many requests at once: nothing happens between two moments at which something is due. */

interface Due {
  readonly atMs: number;
  readonly order: number;
  readonly run: () => void;
}

export class Timeline {
  nowMs: number;
  #due: Due[] = [];
  #order = 0;

  constructor(startMs: number) {
    this.nowMs = startMs;
  }

  /** Resolves after so many virtual milliseconds. */
  readonly sleep = (milliseconds: number): Promise<void> =>
    new Promise((resolve) => this.at(this.nowMs + Math.max(milliseconds, 0), resolve));

  at(atMs: number, run: () => void): void {
    this.#order += 1;
    this.#due.push({ atMs, order: this.#order, run });
  }

  /** Passes the time, one moment after the other, and lets all promises settle in between. */
  async passUntil(untilMs: number): Promise<void> {
    await settled();
    for (let next = this.#takeNext(untilMs); next; next = this.#takeNext(untilMs)) {
      this.nowMs = Math.max(this.nowMs, next.atMs);
      next.run();
      await settled();
    }
    if (Number.isFinite(untilMs)) this.nowMs = Math.max(this.nowMs, untilMs);
  }

  #takeNext(untilMs: number): Due | undefined {
    const [next] = this.#due.filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs || a.order - b.order);
    if (next) this.#due = this.#due.filter((due) => due !== next);
    return next;
  }
}

/** All promises that can settle by themselves have settled. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
