/** What setting up the local tenant takes: a connection to it, a record store in memory and a signing key. */
import type { Tenant } from '../../../local/tenant/server.ts';
import { createHttpsClient } from '../../../src/http/https-client.ts';
import { connectManagement, type ManagementOptions } from '../../../src/management/management-connection.ts';
import type { RecordStore } from '../../../src/setup/record-store.ts';
import { generateSigningKey } from '../../../src/signing-key/generate-signing-key.ts';
import { MANAGEMENT_CLIENT } from '../tenant/tenant.ts';

/** Connects as the seeded management client; never really waits. */
export function connect(tenant: Tenant, options: Partial<ManagementOptions> = {}) {
  return connectManagement({
    tenantUrl: tenant.issuer,
    ...MANAGEMENT_CLIENT,
    http: createHttpsClient().send,
    sleep: async () => {},
    ...options,
  });
}

/** A store that keeps what a file or a parameter would: JSON text. */
export class MemoryStore<SetupRecord> implements RecordStore<SetupRecord> {
  text: string | undefined;

  async read(): Promise<unknown> {
    return this.text === undefined ? undefined : JSON.parse(this.text);
  }

  async write(record: SetupRecord): Promise<void> {
    this.text = JSON.stringify(record);
  }

  async delete(): Promise<void> {
    this.text = undefined;
  }
}

/** A signing key as a deployment makes it. */
export const newKey = () => generateSigningKey(Date.parse('2026-01-01T00:00:00Z'));
