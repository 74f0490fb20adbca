/**
 * Records what tenants held before `asp setup`, in one JSON file with an entry for each resource server and each client grant.
 * It is public data, and teardown depends on it. Callers parse the entries themselves.
 */
import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { isJsonObject, type JsonObject, parseJson } from '../core/json.ts';
import type { ClientGrantRecord } from '../setup/client-grant/client-grant-record.ts';
import { type RecordStore, recordInvalid } from '../setup/record-store.ts';
import type { ResourceServerRecord } from '../setup/resource-server/resource-server-record.ts';
import type { Context } from './command.ts';
import { readTextFile } from './read-text-file.ts';
import type { Terminal } from './terminal.ts';
import { replaceFile } from './write-file.ts';

export class RecordFile {
  readonly path: string;
  readonly #terminal: Pick<Terminal, 'note'>;

  constructor({ settings, ports }: Pick<Context, 'settings' | 'ports'>) {
    this.#terminal = ports.terminal;
    this.path = resolve(ports.directory, settings.require('record'));
  }

  resourceServer(tenantUrl: string, audience: string): RecordStore<ResourceServerRecord> {
    return this.#store(`resource server ${audience} of ${tenantUrl}`);
  }

  clientGrant(tenantUrl: string, clientId: string): RecordStore<ClientGrantRecord> {
    return this.#store(`client grant of ${clientId} of ${tenantUrl}`);
  }

  /** The names of all records. */
  names(): readonly string[] {
    return Object.keys(this.#read());
  }

  #store<SetupRecord>(name: string): RecordStore<SetupRecord> {
    return {
      read: async () => this.#read()[name],
      write: async (record) => this.#write({ ...this.#read(), [name]: record }),
      delete: async () => {
        const { [name]: deleted, ...others } = this.#read();
        if (deleted !== undefined) this.#write(others);
      },
    };
  }

  #read(): JsonObject {
    const text = readTextFile('/', this.path, false);
    if (text === undefined) return {};
    const records = parseJson(text);
    if (!isJsonObject(records)) throw recordInvalid(`in ${this.path} is not a JSON object`);
    return records;
  }

  #write(records: JsonObject): void {
    if (Object.keys(records).length === 0) rmSync(this.path, { force: true });
    else replaceFile(this.path, `${JSON.stringify(records, undefined, 2)}\n`, this.#terminal);
  }
}

/** A store for a dry run: reads from the other store, and holds writes in memory. */
export function dryRunStore<SetupRecord>(store: RecordStore<SetupRecord>): RecordStore<SetupRecord> {
  let written: { readonly record: SetupRecord | undefined } | undefined;
  return {
    read: async () => (written ? written.record : store.read()),
    write: async (record) => {
      written = { record };
    },
    delete: async () => {
      written = { record: undefined };
    },
  };
}
