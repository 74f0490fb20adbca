/** Time that passes only when everything waits for it. Work that waits at the same time runs in the order in which its time comes. */
interface Waiting {
  readonly atMs: number;
  readonly resume: () => void;
}

export class VirtualTime {
  nowMs: number;
  readonly #waiting: Waiting[] = [];

  constructor(startMs: number) {
    this.nowMs = startMs;
  }

  sleep(milliseconds: number): Promise<void> {
    return new Promise((resume) => this.#waiting.push({ atMs: this.nowMs + Math.round(milliseconds), resume }));
  }

  /** Lets time pass until nothing waits any more, or until the given time. */
  async run(untilMs = Number.POSITIVE_INFINITY): Promise<void> {
    for (;;) {
      await settled();
      const next = this.#takeNext(untilMs);
      if (next === undefined) return;
      this.nowMs = Math.max(this.nowMs, next.atMs);
      next.resume();
    }
  }

  #takeNext(untilMs: number): Waiting | undefined {
    let index = -1;
    for (const [each, { atMs }] of this.#waiting.entries()) {
      if (atMs <= untilMs && (index === -1 || atMs < (this.#waiting[index]?.atMs ?? 0))) index = each;
    }
    return index === -1 ? undefined : this.#waiting.splice(index, 1)[0];
  }
}

/** Lets all promises run that wait for no time. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
