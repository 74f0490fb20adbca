/** Connects to the tenant as the client that the management secret holds. */
import { readClientCredentials } from '../core/client-credentials.ts';
import type { Clock } from '../core/clock.ts';
import type { HttpPort } from '../core/http.ts';
import type { SecretStore } from '../core/secret-store.ts';
import { connectManagement, type ManagementConnection } from '../management/management-connection.ts';

/** The tenant, and the secret that holds the client. */
export interface ManagementSettings {
  /** Of the Management API, with its final slash. */
  readonly tenantUrl: string;
  /** Name or ARN. */
  readonly managementSecret: string;
}

/**
 * Connects to the tenant, as the client that the management secret holds now.
 *
 * @param timeoutMs for all the work through the connection, in milliseconds
 */
export type Connect = (timeoutMs: number) => Promise<ManagementConnection>;

interface ConnectionPorts {
  readonly secrets: Pick<SecretStore, 'read'>;
  readonly http: HttpPort;
  readonly clock: Clock;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

/** Makes the function that connects to the tenant of the settings, and to no other. */
export function connectionTo(
  { tenantUrl, managementSecret }: ManagementSettings,
  { secrets, ...ports }: ConnectionPorts,
): Connect {
  return async (timeoutMs) => {
    const client = await readClientCredentials(secrets, managementSecret);
    return connectManagement({ tenantUrl, client, timeoutMs, ...ports });
  };
}
