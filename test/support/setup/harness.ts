/** A connection to the local tenant and a signing key, for the tests of the set-up. */
import type { Tenant } from '../../../local/tenant/server.ts';
import { createHttpsClient } from '../../../src/http/https-client.ts';
import { connectManagement, type ManagementOptions } from '../../../src/management/management-connection.ts';
import { generateSigningKey } from '../../../src/signing-key/generate-signing-key.ts';
import { MANAGEMENT_CLIENT } from '../tenant/tenant.ts';

/** Connects as the seeded management client; never really waits. */
export function connect(tenant: Tenant, options: Partial<ManagementOptions> = {}) {
  return connectManagement({
    tenantUrl: tenant.issuer,
    client: MANAGEMENT_CLIENT,
    http: createHttpsClient().send,
    sleep: async () => {},
    ...options,
  });
}

/** Creates a signing key as a deployment does. */
export const newKey = () => generateSigningKey(Date.parse('2026-01-01T00:00:00Z'));
