/**
 * The records of what a tenant held before us, all of one resource type in one parameter of the stack. An entry is known by
 * the thing in the tenant and has owners: the physical ids that stand for that thing. While one half of a replacement is made
 * and the other not yet deleted there are two, and the thing goes back to what it was only with the last of them.
 */
import { type RecordStore, recordInvalid } from '../../src/auth0/record-store.ts';
import type { ParameterStore } from '../../src/aws/parameters.ts';
import { isJsonObject, type JsonObject, parseJson } from '../../src/core/json.ts';

interface Entry {
  readonly owners: readonly string[];
  /** Unverified; absent if nothing had to change. */
  readonly record?: unknown;
}

type Entries = Readonly<Record<string, Entry>>;

/** Every call reads the parameter anew: another invocation may have written it. */
export class OwnedRecords {
  readonly #parameters: ParameterStore;
  readonly #parameterName: string;

  constructor(parameters: ParameterStore, parameterName: string) {
    this.#parameters = parameters;
    this.#parameterName = parameterName;
  }

  /** Makes an id one of a thing's owners. To be done before the thing is changed. */
  async acquire(key: string, owner: string): Promise<void> {
    const entries = await this.#read();
    const { owners, ...rest } = entries[key] ?? { owners: [] };
    if (!owners.includes(owner)) await this.#write({ ...entries, [key]: { ...rest, owners: [...owners, owner] } });
  }

  /** Says whether a thing has any owner: without one it is not set up, or not any more. */
  async isOwned(key: string): Promise<boolean> {
    return ((await this.#read())[key]?.owners ?? []).length > 0;
  }

  /** The keys of the things that an id is an owner of, each with whether it is the only one. */
  async ownedBy(owner: string): Promise<readonly { readonly key: string; readonly isOnly: boolean }[]> {
    const owned = Object.entries(await this.#read()).filter(([, { owners }]) => owners.includes(owner));
    return owned.map(([key, { owners }]) => ({ key, isOnly: owners.length === 1 }));
  }

  /** Ends an ownership, and the entry with the last one. */
  async release(key: string, owner: string): Promise<void> {
    const { [key]: entry, ...others } = await this.#read();
    if (!entry) return;
    const owners = entry.owners.filter((other) => other !== owner);
    await this.#write(owners.length === 0 ? others : { ...others, [key]: { ...entry, owners } });
  }

  /** The record of one thing. */
  storeFor<SetupRecord>(key: string): RecordStore<SetupRecord> {
    return {
      read: async () => (await this.#read())[key]?.record,
      write: async (record) => {
        const entries = await this.#read();
        await this.#write({ ...entries, [key]: { owners: entries[key]?.owners ?? [], record } });
      },
      delete: async () => {
        const entries = await this.#read();
        const { owners } = entries[key] ?? { owners: [] };
        await this.#write({ ...entries, [key]: { owners } });
      },
    };
  }

  async #read(): Promise<Entries> {
    return parseEntries(await this.#parameters.read(this.#parameterName, '{}'));
  }

  /** Without entries nothing is left to be kept: the parameter goes with the last of them. */
  #write(entries: Entries): Promise<void> {
    return Object.keys(entries).length === 0
      ? this.#parameters.remove(this.#parameterName)
      : this.#parameters.write(this.#parameterName, JSON.stringify(entries));
  }
}

function parseEntries(text: string): Entries {
  const value = parseJson(text);
  if (!isJsonObject(value)) throw recordInvalid('is not a JSON object');
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, parseEntry(entry)]));
}

function parseEntry(entry: unknown): Entry {
  const { owners, record }: JsonObject = isJsonObject(entry) ? entry : {};
  if (!Array.isArray(owners) || !owners.every((owner) => typeof owner === 'string')) {
    throw recordInvalid('has an entry without "owners"');
  }
  return { owners, ...(record !== undefined && { record }) };
}
