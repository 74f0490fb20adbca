/** Virtual time for many concurrent requests: time jumps from one due event to the next. */

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

  /** Resolves after this many virtual milliseconds. */
  readonly sleep = (milliseconds: number): Promise<void> =>
    new Promise((resolve) => this.at(this.nowMs + Math.max(milliseconds, 0), resolve));

  at(atMs: number, run: () => void): void {
    this.#order += 1;
    this.#due.push({ atMs, order: this.#order, run });
  }

  /** Lets time pass, one due event after the other, and lets all promises settle in between. */
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

/** Resolves when all promises have settled that can settle without further events. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
