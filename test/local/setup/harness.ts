/** What the tests against the local tenant share: a connection to it, a record kept in memory, and what was written. */
import { type Tenant, USUAL_BEHAVIOUR } from '../../../local/tenant/server.ts';
import { createHttpsClient } from '../../../src/http/https-client.ts';
import { connectManagement, type ManagementOptions } from '../../../src/management/management-connection.ts';
import type { RecordStore } from '../../../src/setup/record-store.ts';
import { generateSigningKey } from '../../../src/signing-key/generate-signing-key.ts';

export const DEMO_API = 'https://demo.api';
export const MANAGEMENT_SECRET = 'local-management-secret';

/** Connects as the seeded management client; waits only if it is told to. */
export function connect(tenant: Tenant, options: Partial<ManagementOptions> = {}) {
  return connectManagement({
    tenantUrl: tenant.issuer,
    clientId: 'local-management-client',
    clientSecret: MANAGEMENT_SECRET,
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

/** The requests that changed something, or tried to. */
export function writesTo(tenant: Tenant): readonly string[] {
  return tenant.requests
    .filter(({ method, path }) => method !== 'GET' && path.startsWith('/api/v2/'))
    .map(({ method, path }) => `${method} ${path}`);
}

/** A signing key as a deployment makes it. */
export const newKey = () => generateSigningKey(Date.parse('2026-01-01T00:00:00Z'));

/** Returns a function that makes a tenant what it is now: starting one for each test would take too long. */
export function remember({ state, behaviour, faults, requestLog }: Tenant): () => void {
  const maps = [state.resourceServers, state.clientGrants, state.applicationPasswords] as Map<string, unknown>[];
  const contents = maps.map((map) => [...map]);
  return () => {
    for (const [index, map] of maps.entries()) {
      map.clear();
      for (const [id, record] of contents[index] ?? []) map.set(id, record);
    }
    Object.assign(behaviour, USUAL_BEHAVIOUR);
    faults.clear();
    requestLog.clear();
  };
}
