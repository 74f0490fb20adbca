/**
 * What all containers know about introspected credentials: sealed entries in a table. The table is not
 * trusted. If it is slow, missing or wrong, the issuer is asked. Nobody who writes to it can make up an entry or extend one.
 */
import type { Clock } from '../core/clock.ts';
import type { Credential } from '../core/credential.ts';
import { Pepper } from './pepper.ts';
import { type EntryTable, TableError } from './ports.ts';
import { type EntryKeys, entryKeys, open, seal } from './sealed-entry.ts';
import { parseEntry, type SharedEntry, serializeEntry } from './shared-entry.ts';
import { TableAccess, type TableObserver } from './table-access.ts';

export interface SharedCacheSettings {
  readonly table: EntryTable;
  readonly readPepper: () => Promise<string>;
  /** Identifies the configuration that decides what a credential means. Entries of another configuration are not found. */
  readonly fingerprint: string;
  readonly clock: Clock;
  /** Resolves after this many milliseconds. */
  readonly sleep: (milliseconds: number) => Promise<void>;
}

/** Far more than any real principal. A larger entry would cost more to read than the issuer's response. */
const MAXIMUM_ENTRY_LENGTH = 65_536;

/** How far the clocks of two containers may be apart. */
export const CLOCK_SKEW_MS = 5000;

export class SharedCache {
  readonly #settings: SharedCacheSettings;
  readonly #access: TableAccess;
  readonly #pepper: Pepper;

  constructor(settings: SharedCacheSettings) {
    const { clock, sleep, readPepper } = settings;
    this.#settings = settings;
    this.#access = new TableAccess({ table: 'cache', clock });
    this.#pepper = new Pepper({ read: readPepper, clock, sleep });
  }

  /** Reads the entry of a credential; `undefined` if there is none, or if it has expired. Never throws. */
  async read(credential: Credential, observe?: TableObserver): Promise<SharedEntry | undefined> {
    const { table } = this.#settings;
    try {
      return await this.#access.read(async (timeoutMs) => {
        const { keys, leftMs } = await this.#keys(credential, timeoutMs);
        const sealed = await table.read(keys.id, leftMs);
        return sealed === undefined ? undefined : this.#opened(keys, sealed);
      }, observe);
    } catch {
      return undefined;
    }
  }

  /** Writes the entry of a credential over an earlier one, if the table can be used. Never throws. */
  async write(credential: Credential, entry: SharedEntry, observe?: TableObserver): Promise<void> {
    const { table } = this.#settings;
    const untilMs = 'untilMs' in entry ? entry.untilMs : entry.usableUntilMs;
    const text = serializeEntry(entry);
    if (text.length > MAXIMUM_ENTRY_LENGTH) return;
    try {
      await this.#access.write(async (timeoutMs) => {
        const { keys, leftMs } = await this.#keys(credential, timeoutMs);
        await table.write(keys.id, seal(keys, text), Math.ceil(untilMs / 1000), leftMs);
      }, observe);
    } catch {
      // Reported to the observer. Other containers ask the issuer.
    }
  }

  /** @returns also the time that is left for the table */
  async #keys(
    credential: Credential,
    timeoutMs: number,
  ): Promise<{ readonly keys: EntryKeys; readonly leftMs: number }> {
    const { clock, fingerprint } = this.#settings;
    const startedAtMs = clock();
    const pepper = await this.#pepper.value(timeoutMs);
    if (pepper === undefined) throw new TableError('unreadable', 'The pepper of the shared cache cannot be read.');
    const leftMs = timeoutMs - (clock() - startedAtMs);
    if (leftMs <= 0) throw new TableError('timeout', 'Reading the pepper took all of the time.');
    return { keys: entryKeys(pepper, fingerprint, credential), leftMs };
  }

  #opened(keys: EntryKeys, sealed: string): SharedEntry | undefined {
    const text = open(keys, sealed);
    const entry = text === undefined ? undefined : parseEntry(text);
    if (!entry) throw new TableError('unreadable', 'An entry of the shared cache does not open.');
    const nowMs = this.#settings.clock();
    if ('untilMs' in entry) return nowMs < entry.untilMs ? entry : undefined;
    // An entry from the future would not be compared correctly with revocations.
    return nowMs < entry.usableUntilMs && entry.startedAtMs <= nowMs + CLOCK_SKEW_MS ? entry : undefined;
  }
}
