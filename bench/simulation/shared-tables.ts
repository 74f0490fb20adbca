/** The two tables and the pepper in memory. Each call takes as long as one to DynamoDB, and is counted. */
import type { EntryTable, MarkTable } from '../../src/shared-state/ports.ts';
import type { SimulatedTime } from './simulated-time.ts';
import type { Usage } from './usage.ts';

export class SharedTables {
  readonly #time: SimulatedTime;
  readonly #usage: Usage;
  readonly #durationMs: number;
  readonly #entries = new Map<string, string>();

  /** @param durationMs of each call */
  constructor(time: SimulatedTime, usage: Usage, durationMs: number) {
    this.#time = time;
    this.#durationMs = durationMs;
    this.#usage = usage;
  }

  readonly entries: EntryTable = {
    read: async (id) => {
      this.#usage.cacheReads += 1;
      await this.#time.sleep(this.#durationMs);
      return this.#entries.get(id);
    },
    write: async (id, sealed) => {
      this.#usage.cacheWrites += 1;
      await this.#time.sleep(this.#durationMs);
      this.#entries.set(id, sealed);
    },
  };

  /** Nobody is revoked. */
  readonly marks: MarkTable = {
    read: async () => {
      this.#usage.markReads += 1;
      await this.#time.sleep(this.#durationMs);
      return undefined;
    },
  };

  readonly readPepper = async (): Promise<string> => {
    this.#usage.secretReads += 1;
    return 'pepper';
  };
}
