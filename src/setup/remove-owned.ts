/** Ends what a physical id stands for: everything that it owns goes back to what it was, unless somebody else owns it too. */
import type { OwnedRecords } from './owned-records.ts';

export interface Removal {
  readonly records: OwnedRecords;
  /** The physical id. */
  readonly owner: string;
  /** One thing that is kept. */
  readonly keep?: string;
  /** Puts one thing back to what it was; goes by its record. */
  readonly tearDown: (key: string) => Promise<unknown>;
}

/** Goes by what is written down, not by properties: they may have been mended since. May be run again after a crash. */
export async function removeOwned({ records, owner, keep, tearDown }: Removal): Promise<void> {
  for (const { key, isOnly } of await records.ownedBy(owner)) {
    if (key === keep) continue;
    if (isOnly) await tearDown(key);
    await records.release(key, owner);
  }
}
