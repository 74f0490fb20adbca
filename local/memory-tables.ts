/** The tables that the containers of a deployment share, in memory: for local mode and for tests. */
import type { EntryTable, MarkTable, ProofTable } from '../src/shared-state/ports.ts';
import type { Marks, RevocationKind } from '../src/shared-state/revocation-mark.ts';

/** Sealed entries. Like DynamoDB, it may keep what has expired. */
export class MemoryEntryTable implements EntryTable {
  readonly entries = new Map<string, string>();
  reads = 0;
  writes = 0;

  async read(id: string): Promise<string | undefined> {
    this.reads += 1;
    return this.entries.get(id);
  }

  async write(id: string, sealed: string): Promise<void> {
    this.writes += 1;
    this.entries.set(id, sealed);
  }
}

/** Revocation marks. */
export class MemoryMarkTable implements MarkTable {
  readonly marks = new Map<string, Marks>();
  reads = 0;

  async read(id: string): Promise<Marks | undefined> {
    this.reads += 1;
    return this.marks.get(id);
  }

  /** Writes a mark, unless there is a newer one of its kind. */
  grow(id: string, kind: RevocationKind, timeMs: number): void {
    const marks = this.marks.get(id) ?? {};
    this.marks.set(id, { ...marks, [kind]: Math.max(timeMs, marks[kind] ?? timeMs) });
  }
}

/** DPoP proofs. */
export class MemoryProofTable implements ProofTable {
  readonly ids = new Set<string>();

  async add(id: string): Promise<boolean> {
    const isNew = !this.ids.has(id);
    this.ids.add(id);
    return isNew;
  }
}
