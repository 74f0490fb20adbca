/** Connects to the tenant's Management API with the settings, as the client that they name. */
import type { ManagementConnection } from '../management/management-connection.ts';
import type { Context } from './command.ts';
import { managementClient } from './management-client.ts';
import { managementUrl } from './tenant-url.ts';
import { timeoutMs } from './timeout.ts';

/** Makes a new connection on each call, so that the time a person needs to reply does not count as the tenant's time. */
export type ConnectTenant = () => ManagementConnection;

const LONGEST_ATTEMPT_MS = 10_000;

/**
 * Collects what a connection needs. Sends nothing yet.
 *
 * @throws CliError `usage` for a setting that is missing or wrong, `key_unreadable` for a key that cannot sign
 */
export async function prepareTenant({ settings, ports }: Pick<Context, 'settings' | 'ports'>): Promise<ConnectTenant> {
  const { http, clock, sleep, uniqueId } = ports;
  const tenantUrl = managementUrl(settings);
  const totalMs = timeoutMs(settings);
  const client = await managementClient({ settings, ports });
  // The auth0 package takes a third of a second to load.
  const { connectManagement } = await import('../management/management-connection.ts');
  const attemptTimeoutMs = Math.min(totalMs, LONGEST_ATTEMPT_MS);
  return () =>
    connectManagement({ tenantUrl, client, timeoutMs: totalMs, attemptTimeoutMs, http, clock, sleep, uniqueId });
}
