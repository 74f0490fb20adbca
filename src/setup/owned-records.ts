/**
 * The records of what a tenant held before the first deployment, all of one resource type in one item of the shared state.
 * Each entry belongs to one thing in the tenant and has owners: the physical ids that stand for that thing. While a
 * replacement is under way a thing has two owners, and it is restored only when the last of them is deleted.
 */

import { isJsonObject, type JsonObject, parseJson } from '../core/json.ts';
import { changeState, STATE_NAMES, type StateName, type StateStore } from '../core/state-store.ts';
import { LeaseLost, type LeaseState, parseLease } from './lease-state.ts';
import { type RecordStore, recordInvalid } from './record-store.ts';

interface Entry {
  readonly owners: readonly string[];
  /** Unverified; absent if nothing had to change. */
  readonly record?: unknown;
  /** Present if the thing is about to be restored. */
  readonly isLeaving?: true;
}

type Entries = Readonly<Record<string, Entry>>;

interface Document {
  readonly lease?: LeaseState;
  readonly entries: Entries;
}

export class OwnedRecords {
  readonly #store: StateStore;
  readonly #name: StateName;
  readonly #holder: string | undefined;

  /** @param holder of the lease without which nothing may be read or written; `undefined` for records that need no lease */
  constructor(store: StateStore, name: StateName, holder?: string) {
    this.#store = store;
    this.#name = name;
    this.#holder = holder;
  }

  /** Makes an id one of a thing's owners. Must be done before the thing is changed. */
  acquire(key: string, owner: string): Promise<void> {
    return this.#changeEntry(key, ({ owners, record }) => ({
      owners: [...new Set([...owners, owner])],
      ...withRecord(record),
    }));
  }

  /** Says whether a thing has an owner. Without one it is not set up, or no longer. */
  async isOwned(key: string): Promise<boolean> {
    return ((await this.#entries())[key]?.owners ?? []).length > 0;
  }

  /** The keys of the things that an id owns, each with whether it is the only owner. */
  async ownedBy(owner: string): Promise<readonly { readonly key: string; readonly isOnly: boolean }[]> {
    const owned = Object.entries(await this.#entries()).filter(([, { owners }]) => owners.includes(owner));
    return owned.map(([key, { owners }]) => ({ key, isOnly: owners.length === 1 }));
  }

  /** Notes, for other deployments, that a thing is about to be restored. */
  leave(key: string): Promise<void> {
    return this.#changeEntry(key, (entry) => ({ ...entry, isLeaving: true }));
  }

  /** Takes that back: restoring it has failed. */
  stay(key: string): Promise<void> {
    return this.#changeEntry(key, ({ isLeaving: _isLeaving, ...entry }) => entry);
  }

  /** Ends an ownership, and with the last one the entry. */
  release(key: string, owner: string): Promise<void> {
    return this.#change(({ [key]: entry, ...others }) => {
      if (!entry) return others;
      const owners = entry.owners.filter((other) => other !== owner);
      return owners.length === 0 ? others : { ...others, [key]: { ...entry, owners } };
    });
  }

  /** The record of one thing. */
  storeFor<SetupRecord>(key: string): RecordStore<SetupRecord> {
    return {
      read: async () => (await this.#entries())[key]?.record,
      write: (record) => this.#changeEntry(key, (entry) => ({ ...entry, record })),
      delete: () => this.#changeEntry(key, ({ record: _record, ...entry }) => entry),
    };
  }

  #changeEntry(key: string, change: (entry: Entry) => Entry): Promise<void> {
    return this.#change((entries) => ({ ...entries, [key]: change(entries[key] ?? { owners: [] }) }));
  }

  /** Reads need the lease too: a process that has lost it must not go on to change the tenant. */
  async #entries(): Promise<Entries> {
    const document = parseDocument((await this.#store.read(this.#name))?.value);
    this.#assertHeld(document);
    return document.entries;
  }

  /** The lease stands in the same item as the records, so losing it and writing a record exclude each other. */
  #change(change: (entries: Entries) => Entries): Promise<void> {
    return changeState(this.#store, this.#name, (text) => {
      const document = parseDocument(text);
      this.#assertHeld(document);
      return writeDocument({ ...document, entries: change(document.entries) });
    });
  }

  #assertHeld({ lease }: Document): void {
    if (this.#holder !== undefined && lease?.holder !== this.#holder) throw new LeaseLost();
  }
}

/** A thing that somebody owns, as others see it. */
export interface OwnedThing {
  readonly key: string;
  /** Unverified. */
  readonly record: unknown;
  readonly isLeaving: boolean;
}

/** Reads the things that have an owner out of the text of an item. */
export function recordsIn(text: string | undefined): readonly OwnedThing[] {
  return Object.entries(parseDocument(text).entries)
    .filter(([, { owners }]) => owners.length > 0)
    .map(([key, { record, isLeaving = false }]) => ({ key, record, isLeaving }));
}

/**
 * Changes the lease in an item of records, and leaves the records as they are.
 *
 * @param change returns the new lease, `undefined` for none, or `'keep'` to write nothing
 */
export function changeLease(
  store: StateStore,
  change: (lease: LeaseState | undefined) => LeaseState | undefined | 'keep',
): Promise<void> {
  return changeState(store, STATE_NAMES.resourceServers, (text) => {
    const { lease, entries } = parseDocument(text);
    const next = change(lease);
    return next === 'keep' ? undefined : writeDocument({ ...(next && { lease: next }), entries });
  });
}

function writeDocument(document: Document): string {
  return JSON.stringify(document);
}

function parseDocument(text: string | undefined): Document {
  const value = text === undefined ? { entries: {} } : parseJson(text);
  if (!isJsonObject(value) || !isJsonObject(value.entries)) throw recordInvalid('is not a JSON object with "entries"');
  const lease = parseLease(value.lease);
  return { ...(lease && { lease }), entries: parseEntries(value.entries) };
}

function parseEntries(entries: JsonObject): Entries {
  return Object.fromEntries(Object.entries(entries).map(([key, entry]) => [key, parseEntry(entry)]));
}

function parseEntry(entry: unknown): Entry {
  const { owners, record, isLeaving }: JsonObject = isJsonObject(entry) ? entry : {};
  if (!Array.isArray(owners) || !owners.every((owner) => typeof owner === 'string')) {
    throw recordInvalid('has an entry without "owners"');
  }
  return { owners, ...withRecord(record), ...(isLeaving === true && { isLeaving }) };
}

function withRecord(record: unknown): Pick<Entry, 'record'> {
  return record === undefined ? {} : { record };
}
