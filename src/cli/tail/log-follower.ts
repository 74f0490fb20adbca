/**
 * Follows a log group: returns every event once, although events arrive late and pages overlap. An event may have
 * a time in the future, so the follower moves on to the time of this machine at most; a clock that is wrong loses nothing.
 */
import type { LogEvent, ReadLogEvents } from '../ports.ts';

/** How late an event may arrive after one that is newer. CloudWatch takes some seconds. */
export const LATENESS_MS = 30_000;

export class LogFollower {
  readonly #read: ReadLogEvents;
  readonly #place: { readonly logGroup: string; readonly phrase: string };
  /** The times of the events that were returned and may be read again, by their ids. */
  readonly #returned = new Map<string, number>();
  #fromMs: number;
  #newestMs: number;
  readonly #clock: () => number;

  /** @param fromMs epoch milliseconds: earlier events are not returned */
  constructor(
    read: ReadLogEvents,
    place: { readonly logGroup: string; readonly phrase: string },
    { fromMs, clock }: { readonly fromMs: number; readonly clock: () => number },
  ) {
    this.#read = read;
    this.#place = place;
    this.#clock = clock;
    this.#fromMs = fromMs;
    this.#newestMs = fromMs;
  }

  /**
   * Reads all pages up to now, and yields the events that are new, page by page.
   *
   * @throws what the port throws; the next call continues without losing or repeating an event
   */
  async *newEvents(): AsyncGenerator<readonly LogEvent[]> {
    let nextToken: string | undefined;
    do {
      const page = await this.#read({ ...this.#place, fromMs: this.#fromMs, nextToken });
      const fresh = page.events.filter((event) => this.#isNew(event));
      yield fresh.toSorted((one, other) => one.timeMs - other.timeMs);
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    const newestMs = Math.min(this.#newestMs, this.#clock());
    this.#fromMs = Math.max(this.#fromMs, newestMs - LATENESS_MS);
    for (const [id, timeMs] of this.#returned) if (timeMs < this.#fromMs) this.#returned.delete(id);
  }

  #isNew({ id, timeMs }: LogEvent): boolean {
    if (timeMs < this.#fromMs || this.#returned.has(id)) return false;
    this.#returned.set(id, timeMs);
    this.#newestMs = Math.max(this.#newestMs, timeMs);
    return true;
  }
}
