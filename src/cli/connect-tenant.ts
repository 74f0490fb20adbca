/** Connects to the tenant's Management API with the settings, and asks for the client's secret if no setting has it. */
import type { ManagementConnection } from '../management/management-connection.ts';
import type { Context } from './command.ts';
import { usageError } from './errors.ts';
import { managementUrl } from './tenant-url.ts';
import { timeoutMs } from './timeout.ts';

/** Makes a new connection on each call, so that the time a person needs to reply does not count as the tenant's time. */
export type ConnectTenant = () => ManagementConnection;

const LONGEST_ATTEMPT_MS = 10_000;

/**
 * Collects what a connection needs. Sends nothing yet.
 *
 * @throws CliError `usage` for a setting that is missing or wrong
 */
export async function prepareTenant({ settings, ports }: Pick<Context, 'settings' | 'ports'>): Promise<ConnectTenant> {
  const { fetch, clock, sleep } = ports;
  const tenantUrl = managementUrl(settings);
  const clientId = settings.require('clientId');
  const totalMs = timeoutMs(settings);
  const clientSecret = settings.get('clientSecret') ?? (await askForSecret(clientId, ports));
  // The auth0 package takes a third of a second to load.
  const { connectManagement } = await import('../management/management-connection.ts');
  const attemptTimeoutMs = Math.min(totalMs, LONGEST_ATTEMPT_MS);
  return () =>
    connectManagement({ tenantUrl, clientId, clientSecret, timeoutMs: totalMs, attemptTimeoutMs, fetch, clock, sleep });
}

async function askForSecret(clientId: string, { terminal }: Context['ports']): Promise<string> {
  if (!terminal.canAsk) {
    throw usageError(
      'The secret of the management client is missing, and there is no terminal to ask for it. Set AUTH0_CLIENT_SECRET in the environment or in .env.',
    );
  }
  const secret = (await terminal.ask(`Client secret of ${clientId} (not shown): `, true)).trim();
  if (secret === '') throw usageError('The client secret is empty. The dashboard shows it on the page of the client.');
  return secret;
}
