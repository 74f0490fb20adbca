/** What the set-up of a tenant needs from outside, and the connection made with it. */
import { connectManagement, type ManagementConnection } from '../../src/auth0/management-connection.ts';
import type { ListDeployments } from '../../src/aws/deployments.ts';
import type { SecretStore } from '../../src/aws/secrets.ts';
import type { StateStore } from '../../src/aws/state-store.ts';
import type { SetupConfiguration } from '../../src/config/setup-configuration.ts';
import type { Clock } from '../../src/core/clock.ts';
import type { HttpPort } from '../../src/core/http.ts';
import { readClientSecret } from './client-secret.ts';

export interface SetupPorts {
  readonly settings: SetupConfiguration;
  readonly secrets: SecretStore;
  readonly state: StateStore;
  readonly otherDeployments: ListDeployments;
  readonly connect: Connect;
  /** To the issuer. */
  readonly http: HttpPort;
  readonly clock: Clock;
  /** Resolves after so many milliseconds. */
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Makes a text that is never made again. */
  readonly uniqueId: () => string;
}

/**
 * Connects to the tenant, as the client that the management secret holds now.
 *
 * @param timeoutMs for all the work through the connection, in milliseconds
 */
export type Connect = (timeoutMs: number) => Promise<ManagementConnection>;

interface ConnectionPorts {
  readonly secrets: Pick<SecretStore, 'read'>;
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

/** Makes the connections to the tenant of the settings, and to no other. */
export function connectionTo(
  { tenantUrl, managementSecret }: Pick<SetupConfiguration, 'tenantUrl' | 'managementSecret'>,
  { secrets, ...ports }: ConnectionPorts,
): Connect {
  return async (timeoutMs) => {
    const { clientId, clientSecret } = await readClientSecret(secrets, managementSecret);
    return connectManagement({ tenantUrl, clientId, clientSecret, timeoutMs, ...ports });
  };
}
