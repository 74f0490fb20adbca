/** The table of limits, in memory: for local mode and for tests. */
import type { CallCounter, Deletion, DeletionTable } from '../../src/app-passwords/ports.ts';

export class MemoryCounter implements CallCounter {
  readonly counts = new Map<string, number>();

  async count(key: string, most: number, _expiresAt: number, calls = 1): Promise<boolean> {
    const counted = (this.counts.get(key) ?? 0) + calls;
    if (counted > most) return false;
    this.counts.set(key, counted);
    return true;
  }
}

export class MemoryDeletions implements DeletionTable {
  readonly deletions = new Map<string, Deletion>();

  async read(id: string): Promise<Deletion | undefined> {
    return this.deletions.get(id);
  }

  async write(id: string, deletion: Deletion): Promise<void> {
    this.deletions.set(id, { ...this.deletions.get(id), ...deletion });
  }
}
