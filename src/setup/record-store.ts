/**
 * Stores the records of what a tenant held before us and of what in it is ours. Only these records allow restoring the
 * tenant. A record that is read is not trusted until it is parsed. A deployment stores all records of one kind in one
 * item of the shared state; the command line uses a file.
 */
import { CodedError } from '../core/errors.ts';
import { isJsonObject, type JsonObject, parseJson } from '../core/json.ts';
import { changeState, STATE_NAMES, type StateName, type StateStore } from '../core/state-store.ts';
import { SetupError } from '../management/errors.ts';

/** A place for one record. What it holds is public: identifiers, scopes, public keys. */
export interface RecordStore<SetupRecord> {
  /** Returns the parsed JSON of what was written last; `undefined` if nothing is there. */
  read(): Promise<unknown>;
  /** Must be durable when it resolves: the tenant is changed next. */
  write(record: SetupRecord): Promise<void>;
  /** Accepts that nothing is there. */
  delete(): Promise<void>;
}

/** Writes a record only if it is different, so that a second run writes nothing. */
export async function writeIfChanged<SetupRecord>(
  store: RecordStore<SetupRecord>,
  earlier: SetupRecord | undefined,
  record: SetupRecord,
): Promise<void> {
  if (JSON.stringify(earlier) !== JSON.stringify(record)) await store.write(record);
}

/** The error for a record that is not valid. Without a valid record, nothing can be changed safely. */
export function recordInvalid(what: string): SetupError {
  return new SetupError(
    'record_invalid',
    `The record of the tenant's earlier state ${what}. Expected one that this software wrote; restore it from a backup, or compare the tenant by hand and delete the record.`,
  );
}

/** The key of a thing's record: the tenant's URL, and the thing's identifier in that tenant. */
export function recordKey(tenantUrl: string, identifier: string): string {
  return `${tenantUrl} ${identifier}`;
}

interface Entry {
  readonly owners: readonly string[];
  /** Unverified; absent if nothing had to change. */
  readonly record?: unknown;
  /** Present if the thing is about to be restored. */
  readonly isLeaving?: true;
}

type Entries = Readonly<Record<string, Entry>>;

interface Document {
  readonly lease?: Lease;
  readonly entries: Entries;
}

/** Who may change the resource server at the moment. It is in the same item as the records. */
export interface Lease {
  /** Unique for each time that the lease is taken. */
  readonly holder: string;
  /** The same for a retry of a function that died, which need not wait for its own lease. */
  readonly purpose: string;
  /** Epoch milliseconds from which anyone may take the lease, since its holder must have died. */
  readonly untilMs: number;
}

/** Thrown when somebody else has taken the lease over. */
export class LeaseLost extends CodedError<'lease_lost'> {
  constructor() {
    super('lease_lost', 'Another deployment, rotation or revocation has taken over. Run the operation again.');
  }
}

/** How to end the ownerships of a physical id. */
export interface Ending {
  /** The physical id. */
  readonly owner: string;
  /** A thing that the id still owns. */
  readonly keep?: string;
  /** Restores one thing by its record. */
  readonly tearDown: (key: string) => Promise<unknown>;
}

/**
 * Records with owners. The owners of a thing are the physical ids that stand for it. While a replacement is under way,
 * a thing has two owners, and it is restored only when the last of them is deleted.
 */
export class OwnedRecords {
  readonly #store: StateStore;
  readonly #name: StateName;
  readonly #holder: string | undefined;

  /** @param holder of the lease that every read and write requires; `undefined` for records that need no lease */
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

  /** Returns whether a thing has an owner. A thing without one is not set up. */
  async isOwned(key: string): Promise<boolean> {
    return ((await this.#entries())[key]?.owners ?? []).length > 0;
  }

  /**
   * Ends the ownerships of an id, and restores each thing that has no other owner. Uses what is recorded, not properties:
   * they may have been corrected since. May be run again after a crash.
   */
  async end({ owner, keep, tearDown }: Ending): Promise<void> {
    for (const [key, { owners }] of Object.entries(await this.#entries())) {
      if (!owners.includes(owner) || key === keep) continue;
      if (owners.length === 1) await tearDown(key);
      await this.#release(key, owner);
    }
  }

  /** Marks a thing, for other deployments, as about to be restored. */
  leave(key: string): Promise<void> {
    return this.#changeEntry(key, (entry) => ({ ...entry, isLeaving: true }));
  }

  /** Removes that mark, after restoring has failed. */
  stay(key: string): Promise<void> {
    return this.#changeEntry(key, ({ isLeaving: _isLeaving, ...entry }) => entry);
  }

  /** The record of one thing. */
  storeFor<SetupRecord>(key: string): RecordStore<SetupRecord> {
    return {
      read: async () => (await this.#entries())[key]?.record,
      write: (record) => this.#changeEntry(key, (entry) => ({ ...entry, record })),
      delete: () => this.#changeEntry(key, ({ record: _record, ...entry }) => entry),
    };
  }

  /** Ends one ownership, and deletes the entry with the last one. */
  #release(key: string, owner: string): Promise<void> {
    return this.#change(({ [key]: entry, ...others }) => {
      if (!entry) return others;
      const owners = entry.owners.filter((other) => other !== owner);
      return owners.length === 0 ? others : { ...others, [key]: { ...entry, owners } };
    });
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

  /** The lease is in the same item as the records, so losing it and writing a record exclude each other. */
  #change(change: (entries: Entries) => Entries): Promise<void> {
    return changeState(this.#store, this.#name, (text) => {
      const document = parseDocument(text);
      this.#assertHeld(document);
      return JSON.stringify({ ...document, entries: change(document.entries) });
    });
  }

  #assertHeld({ lease }: Document): void {
    if (this.#holder !== undefined && lease?.holder !== this.#holder) throw new LeaseLost();
  }
}

/** A thing that has an owner, as other deployments see it. */
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
 * Changes the lease in the item of resource servers, and leaves the records as they are.
 *
 * @param change returns the new lease, `undefined` for none, or `'keep'` to write nothing
 */
export function changeLease(
  store: StateStore,
  change: (lease: Lease | undefined) => Lease | undefined | 'keep',
): Promise<void> {
  return changeState(store, STATE_NAMES.resourceServers, (text) => {
    const { lease, entries } = parseDocument(text);
    const next = change(lease);
    return next === 'keep' ? undefined : JSON.stringify({ ...(next && { lease: next }), entries });
  });
}

function parseDocument(text: string | undefined): Document {
  const value = text === undefined ? { entries: {} } : parseJson(text);
  if (!isJsonObject(value) || !isJsonObject(value.entries)) throw recordInvalid('is not a JSON object with "entries"');
  const lease = parseLease(value.lease);
  const entries = Object.entries(value.entries).map(([key, entry]) => [key, parseEntry(entry)]);
  return { ...(lease && { lease }), entries: Object.fromEntries(entries) };
}

function parseEntry(entry: unknown): Entry {
  const { owners, record, isLeaving }: JsonObject = isJsonObject(entry) ? entry : {};
  if (!Array.isArray(owners) || !owners.every((owner) => typeof owner === 'string')) {
    throw recordInvalid('has an entry without "owners"');
  }
  return { owners, ...withRecord(record), ...(isLeaving === true && { isLeaving }) };
}

/** A value that is not a lease counts as no lease. */
function parseLease(value: unknown): Lease | undefined {
  const { holder, purpose, untilMs } = isJsonObject(value) ? value : {};
  const isLease = typeof holder === 'string' && typeof purpose === 'string' && typeof untilMs === 'number';
  return isLease ? { holder, purpose, untilMs } : undefined;
}

function withRecord(record: unknown): Pick<Entry, 'record'> {
  return record === undefined ? {} : { record };
}
