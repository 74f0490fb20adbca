/**
 * Calls a shared table within a time limit, and reports each call. After repeated failures the calls pause, so that a table that is
 * slow or gone costs a request almost nothing.
 */
import type { Clock } from '../core/clock.ts';
import { TableError, type TableFailure } from './ports.ts';

/** What a call to a shared table led to, for logs and metrics. */
export interface TableEvent {
  readonly kind: 'table';
  readonly table: SharedTable;
  readonly operation: 'read' | 'write';
  readonly durationMs: number;
  /** `hit`: there was an item. `miss`: there was none. */
  readonly outcome: 'hit' | 'miss' | 'written' | TableFailure;
}

export type SharedTable = 'cache' | 'marks' | 'proofs' | 'expiries';

export type TableObserver = (event: TableEvent) => void;

export interface TableAccessSettings {
  readonly table: SharedTable;
  readonly clock: Clock;
  /** The time limit of every call but the first, in milliseconds. @default 150 */
  readonly timeoutMs?: number;
  /** Whether calls pause after throttles too. If each caller has items of its own, one caller must not stop the others. @default true */
  readonly pausesForThrottles?: boolean;
  /** The longest pause after failures, in milliseconds. @default 30,000 */
  readonly longestPauseMs?: number;
}

/** The first call also connects, which takes longer in a new execution environment. */
const FIRST_TIMEOUT_MS = 1000;
const TIMEOUT_MS = 150;
const FAILURES_UNTIL_PAUSE = 3;
const PAUSE_MS = { first: 1000, longest: 30_000 };

export class TableAccess {
  readonly #settings: TableAccessSettings;
  #hasCalled = false;
  #failures = 0;
  #pausedUntilMs = Number.NEGATIVE_INFINITY;

  constructor(settings: TableAccessSettings) {
    this.#settings = settings;
  }

  /**
   * Reads an item.
   *
   * @param call must end within the time limit that it is given
   * @throws TableError
   */
  read<Item>(call: (timeoutMs: number) => Promise<Item | undefined>, observe?: TableObserver) {
    return this.#run('read', call, (item) => (item === undefined ? 'miss' : 'hit'), observe);
  }

  /**
   * Writes an item.
   *
   * @param call must end within the time limit that it is given
   * @throws TableError
   */
  write(call: (timeoutMs: number) => Promise<void>, observe?: TableObserver): Promise<void> {
    return this.#run('write', call, () => 'written', observe);
  }

  /**
   * Adds an item if there is none with its id.
   *
   * @param call must end within the time limit that it is given
   * @returns whether there was none
   * @throws TableError
   */
  add(call: (timeoutMs: number) => Promise<boolean>, observe?: TableObserver): Promise<boolean> {
    return this.#run('write', call, (isNew) => (isNew ? 'written' : 'hit'), observe);
  }

  async #run<Result>(
    operation: TableEvent['operation'],
    call: (timeoutMs: number) => Promise<Result>,
    outcomeOf: (result: Result) => TableEvent['outcome'],
    observe: TableObserver | undefined,
  ): Promise<Result> {
    const { table, clock } = this.#settings;
    const startedAtMs = clock();
    const report = (outcome: TableEvent['outcome']) =>
      observe?.({ kind: 'table', table, operation, durationMs: clock() - startedAtMs, outcome });
    try {
      const result = await this.#attempt(call);
      report(outcomeOf(result));
      return result;
    } catch (error) {
      const failure = error instanceof TableError ? error : new TableError('unreadable', 'The table cannot be used.');
      report(failure.failure);
      throw failure;
    }
  }

  async #attempt<Result>(call: (timeoutMs: number) => Promise<Result>): Promise<Result> {
    const { clock, timeoutMs = TIMEOUT_MS, longestPauseMs = PAUSE_MS.longest } = this.#settings;
    const { pausesForThrottles = true } = this.#settings;
    if (clock() < this.#pausedUntilMs) throw new TableError('paused', 'Calls to the table are paused.');
    const limitMs = this.#hasCalled ? timeoutMs : Math.max(timeoutMs, FIRST_TIMEOUT_MS);
    this.#hasCalled = true;
    try {
      const result = await call(limitMs);
      this.#failures = 0;
      return result;
    } catch (error) {
      if (!pausesForThrottles && error instanceof TableError && error.failure === 'throttled') throw error;
      this.#failures += 1;
      const doublings = this.#failures - FAILURES_UNTIL_PAUSE;
      if (doublings >= 0) {
        // The connection may be gone by then.
        this.#hasCalled = false;
        this.#pausedUntilMs = clock() + Math.min(PAUSE_MS.first * 2 ** doublings, longestPauseMs);
      }
      throw error;
    }
  }
}
