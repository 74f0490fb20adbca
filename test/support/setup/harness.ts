/** What setting up the local tenant takes: a connection to it and a signing key. */
import type { Tenant } from '../../../local/tenant/server.ts';
import { createHttpsClient } from '../../../src/http/https-client.ts';
import { connectManagement, type ManagementOptions } from '../../../src/management/management-connection.ts';
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

/** A signing key as a deployment makes it. */
export const newKey = () => generateSigningKey(Date.parse('2026-01-01T00:00:00Z'));
