/**
 * Reads when app specific passwords expire, because the tenant has no expiry for them. The table is part of the decision: while it or
 * its secret cannot be read, nobody gets in with such a password.
 */
import type { Clock } from '../core/clock.ts';
import { SharedStateError } from '../core/errors.ts';
import { expiryId } from './expiry-id.ts';
import { type ExpiryReader, TableError } from './ports.ts';
import { TableAccess, type TableObserver } from './table-access.ts';

/** Where the expiries are. */
export interface ExpirySource {
  readonly table: ExpiryReader;
  /** Reads the secret under which the ids are computed. It never changes. */
  readonly readSecret: () => Promise<string>;
}

export interface ExpiriesSettings extends ExpirySource {
  readonly clock: Clock;
}

/** Without the expiry the caller gets 503, so it is worth waiting longer than for a cache. */
const TIMEOUT_MS = 1000;
const LONGEST_PAUSE_MS = 1000;
/** After a failed read, the secret is not read again for this long. */
const SECRET_PAUSE_MS = 1000;
const ADVICE = 'Check the table of expiries, its secret and the role of the function.';

export class Expiries {
  readonly #settings: ExpiriesSettings;
  readonly #access: TableAccess;
  #secret: Promise<string> | undefined;
  #secretFailedAtMs = Number.NEGATIVE_INFINITY;

  constructor(settings: ExpiriesSettings) {
    this.#settings = settings;
    this.#access = new TableAccess({
      ...{ table: 'expiries', clock: settings.clock, timeoutMs: TIMEOUT_MS, longestPauseMs: LONGEST_PAUSE_MS },
      pausesForThrottles: false,
    });
  }

  /**
   * Finds the expiry of a password.
   *
   * @param value the password itself
   * @returns epoch seconds; `undefined` if it does not expire
   * @throws SharedStateError `expiries_unreadable`
   */
  async of(value: string, observe?: TableObserver): Promise<number | undefined> {
    const { table } = this.#settings;
    const id = expiryId(await this.#readSecret(), value);
    try {
      return await this.#access.read((timeoutMs) => table.read(id, timeoutMs), observe);
    } catch (cause) {
      if (!(cause instanceof TableError)) throw cause;
      throw unreadable(`The expiry of the app specific password cannot be read (${cause.failure}).`, cause);
    }
  }

  /** Whether an expiry has passed. */
  isPast(expiresAt: number): boolean {
    return this.#settings.clock() >= expiresAt * 1000;
  }

  /** Reads the secret once for all callers, and for good. */
  async #readSecret(): Promise<string> {
    const { readSecret, clock } = this.#settings;
    if (clock() < this.#secretFailedAtMs + SECRET_PAUSE_MS) throw unreadable(SECRET_UNREADABLE);
    this.#secret ??= readSecret();
    try {
      return await this.#secret;
    } catch (cause) {
      this.#secret = undefined;
      this.#secretFailedAtMs = clock();
      throw unreadable(SECRET_UNREADABLE, cause);
    }
  }
}

const SECRET_UNREADABLE = 'The secret of the expiries of app specific passwords cannot be read.';

function unreadable(what: string, cause?: unknown): SharedStateError {
  return new SharedStateError('expiries_unreadable', `${what} ${ADVICE}`, { cause });
}
