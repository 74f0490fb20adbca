/**
 * Reads the revocation marks of users, each at most every few seconds. One item has the newest mark of all users: if that is older than
 * a result, the user's own marks need not be read.
 */
import { BoundedMap } from '../core/bounded-map.ts';
import type { Clock } from '../core/clock.ts';
import type { MarkTable } from './ports.ts';
import { hasNewer, type Marks, markId, NEWEST_MARK_ID, REVOCATION_KINDS } from './revocation-mark.ts';
import { TableAccess, type TableObserver } from './table-access.ts';

export interface RevocationsSettings {
  readonly table: MarkTable;
  readonly clock: Clock;
  /** How long a reading is trusted, in seconds. */
  readonly seconds: number;
  /** The time limit of a read, in milliseconds. @default 150, and 1,000 for the first */
  readonly timeoutMs?: number;
}

interface Reading {
  readonly marks: Marks;
  /** When the read started: a mark written later may be missing. */
  readonly atMs: number;
}

const NO_MARKS: Marks = {};
/** Short, because a revocation that is not read in time may let a stale result into the gateway's cache. */
const LONGEST_PAUSE_MS = 1000;
const MAXIMUM_READINGS = 10_000;

export class Revocations {
  readonly #settings: RevocationsSettings;
  readonly #access: TableAccess;
  readonly #readings = new BoundedMap<string, Reading>(MAXIMUM_READINGS);
  readonly #flights = new Map<string, Promise<Marks>>();

  constructor(settings: RevocationsSettings) {
    const { clock, timeoutMs } = settings;
    this.#settings = settings;
    const limits = timeoutMs === undefined ? {} : { timeoutMs };
    this.#access = new TableAccess({ table: 'marks', clock, longestPauseMs: LONGEST_PAUSE_MS, ...limits });
  }

  /**
   * Finds the marks of a user that are newer than a moment. Marks that are not newer may be missing.
   *
   * @param sinceMs epoch milliseconds
   * @returns the marks; not a promise if recent readings are enough
   * @throws TableError if they cannot be read
   */
  since(sinceMs: number, issuer: string, subject: string, observe?: TableObserver): Marks | Promise<Marks> {
    const newest = this.#recent(NEWEST_MARK_ID);
    if (newest && !isNewer(newest, sinceMs)) return NO_MARKS;
    const own = newest && this.#recent(markId(issuer, subject));
    return own ?? this.#readSince(sinceMs, issuer, subject, observe);
  }

  /** Reads the newest mark, so that the next call of `since` may need no read. Never throws. */
  async prefetch(observe?: TableObserver): Promise<void> {
    if (!this.#recent(NEWEST_MARK_ID)) await this.#read(NEWEST_MARK_ID, observe).catch(() => undefined);
  }

  async #readSince(sinceMs: number, issuer: string, subject: string, observe: TableObserver | undefined) {
    const newest = this.#recent(NEWEST_MARK_ID) ?? (await this.#read(NEWEST_MARK_ID, observe));
    if (!isNewer(newest, sinceMs)) return NO_MARKS;
    const id = markId(issuer, subject);
    return this.#recent(id) ?? this.#read(id, observe);
  }

  #recent(id: string): Marks | undefined {
    const reading = this.#readings.get(id);
    return reading && this.#settings.clock() < reading.atMs + this.#settings.seconds * 1000 ? reading.marks : undefined;
  }

  #read(id: string, observe: TableObserver | undefined): Promise<Marks> {
    const flight = this.#flights.get(id) ?? this.#startRead(id, observe);
    this.#flights.set(id, flight);
    return flight;
  }

  async #startRead(id: string, observe: TableObserver | undefined): Promise<Marks> {
    const { table, clock } = this.#settings;
    const atMs = clock();
    try {
      const marks = (await this.#access.read((timeoutMs) => table.read(id, timeoutMs), observe)) ?? NO_MARKS;
      this.#readings.set(id, { marks, atMs });
      return marks;
    } finally {
      this.#flights.delete(id);
    }
  }
}

function isNewer(marks: Marks, sinceMs: number): boolean {
  return hasNewer(marks, REVOCATION_KINDS, sinceMs);
}
