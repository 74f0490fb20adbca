/** Connects to the tenant's Management API by the settings; asks for the client's secret if no setting has it. */
import type { ManagementConnection } from '../management/management-connection.ts';
import type { Context } from './command.ts';
import { usageError } from './errors.ts';
import { managementUrl } from './tenant-url.ts';
import { timeoutMs } from './timeout.ts';

/** Connects anew each time it is called: what a person takes to answer a question does not count as the tenant's time. */
export type ConnectTenant = () => ManagementConnection;

const LONGEST_ATTEMPT_MS = 10_000;

/**
 * Gathers what a connection needs. Nothing is sent yet.
 *
 * @throws CliError `usage` for a setting that is missing or wrong
 */
export async function prepareTenant({ settings, ports }: Pick<Context, 'settings' | 'ports'>): Promise<ConnectTenant> {
  const { fetch, clock, sleep } = ports;
  const tenantUrl = managementUrl(settings);
  const clientId = settings.require('clientId');
  const totalMs = timeoutMs(settings);
  const clientSecret = settings.get('clientSecret') ?? (await askForSecret(clientId, ports));
  // The vendor's package takes a third of a second to load.
  const { connectManagement } = await import('../management/management-connection.ts');
  const attemptTimeoutMs = Math.min(totalMs, LONGEST_ATTEMPT_MS);
  return () =>
    connectManagement({ tenantUrl, clientId, clientSecret, timeoutMs: totalMs, attemptTimeoutMs, fetch, clock, sleep });
}

async function askForSecret(clientId: string, { terminal }: Context['ports']): Promise<string> {
  if (!terminal.canAsk) {
    throw usageError(
      'The secret of the management client is missing, and there is no terminal to ask for it. Put AUTH0_CLIENT_SECRET into the environment or .env.',
    );
  }
  const secret = (await terminal.ask(`Client secret of ${clientId} (not shown): `, true)).trim();
  if (secret === '') throw usageError('Got no client secret. It is on the page of the client in the dashboard.');
  return secret;
}
