/** What setting up a tenant needs of the world, and the connection made of it. */
import { connectManagement, type ManagementConnection } from '../../src/auth0/management-connection.ts';
import type { ParameterStore } from '../../src/aws/parameters.ts';
import type { SecretStore } from '../../src/aws/secrets.ts';
import type { Clock } from '../../src/core/clock.ts';
import { readClientSecret } from './client-secret.ts';

export interface SetupPorts {
  readonly secrets: SecretStore;
  readonly parameters: ParameterStore;
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  /** Resolves after so many milliseconds. */
  readonly sleep: (milliseconds: number) => Promise<void>;
}

/** Which tenant, and as whom. */
export interface TenantProperties {
  /** The Management API's own domain: `https://tenant.auth0.com/`. */
  readonly TenantUrl: string;
  readonly ManagementSecretId: string;
}

/**
 * Connects as the client that the management secret holds at this moment.
 *
 * @param timeoutMs for all the work through the connection, in milliseconds
 */
export async function connect(
  { secrets, fetch, clock, sleep }: SetupPorts,
  { TenantUrl: tenantUrl, ManagementSecretId }: TenantProperties,
  timeoutMs: number,
): Promise<ManagementConnection> {
  const { clientId, clientSecret } = await readClientSecret(secrets, ManagementSecretId);
  return connectManagement({ tenantUrl, clientId, clientSecret, timeoutMs, fetch, clock, sleep });
}
