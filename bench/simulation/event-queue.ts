/** What will happen, in the order of its time. Events of the same moment happen in the order in which they were added. */
export interface SimulatedEvent {
  readonly atMs: number;
  readonly run: () => void;
}

interface Entry extends SimulatedEvent {
  readonly order: number;
}

/** A binary heap. */
export class EventQueue {
  readonly #heap: Entry[] = [];
  #added = 0;

  add(atMs: number, run: () => void): void {
    this.#added += 1;
    this.#heap.push({ atMs, run, order: this.#added });
    this.#rise(this.#heap.length - 1);
  }

  /** Removes and returns the next event, unless it is later than `untilMs`. */
  take(untilMs: number): SimulatedEvent | undefined {
    const [next] = this.#heap;
    if (!next || next.atMs > untilMs) return undefined;
    const last = this.#heap.pop();
    if (last && last !== next) {
      this.#heap[0] = last;
      this.#sink(0);
    }
    return next;
  }

  #rise(start: number): void {
    let index = start;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.#swapIfSooner(index, parent)) return;
      index = parent;
    }
  }

  #sink(start: number): void {
    let index = start;
    while (true) {
      const left = 2 * index + 1;
      const sooner = this.#isSooner(left + 1, left) ? left + 1 : left;
      if (!this.#swapIfSooner(sooner, index)) return;
      index = sooner;
    }
  }

  #swapIfSooner(lower: number, upper: number): boolean {
    const below = this.#heap[lower];
    const above = this.#heap[upper];
    if (!below || !above || !this.#isSooner(lower, upper)) return false;
    this.#heap[lower] = above;
    this.#heap[upper] = below;
    return true;
  }

  #isSooner(one: number, other: number): boolean {
    const first = this.#heap[one];
    const second = this.#heap[other];
    if (!first || !second) return false;
    return first.atMs === second.atMs ? first.order < second.order : first.atMs < second.atMs;
  }
}
