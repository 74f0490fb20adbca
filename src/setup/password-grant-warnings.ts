/**
 * Warns about settings of the tenant that would make logins with passwords fail. Settings that the management client
 * may not read are reported as not checked.
 */
import { type PasswordGrantClient, passwordGrantType, readClientCredentials } from '../core/client-credentials.ts';
import { CodedError } from '../core/errors.ts';
import type { SecretStore } from '../core/secret-store.ts';
import type { ManagementConnection } from '../management/management-connection.ts';
import type { ClientSettings } from '../management/tenant-settings.ts';

/** Finds what is wrong. Never throws. */
export async function passwordGrantWarnings(
  secrets: Pick<SecretStore, 'read'>,
  { tenantSettings }: Pick<ManagementConnection, 'tenantSettings'>,
  secretId: string,
): Promise<readonly string[]> {
  return orWarning(async () => {
    const client = await readClientCredentials(secrets, secretId);
    const aboutClient = await orWarning(async () =>
      clientWarnings(client, await tenantSettings.client(client.clientId)),
    );
    const aboutDirectory =
      client.connection === undefined
        ? await orWarning(async () => directoryWarnings(client, await tenantSettings.defaultDirectory()))
        : [];
    return [...aboutClient, ...aboutDirectory];
  });
}

function clientWarnings(client: PasswordGrantClient, settings: ClientSettings): readonly string[] {
  const { clientId, connection } = client;
  const grantType = passwordGrantType(connection);
  return [
    ...((settings.grantTypes?.includes(grantType) ?? true)
      ? []
      : [
          `The client "${clientId}" may not use the grant type ${grantType}, so Basic with a real password will be refused. Turn it on (dashboard: Applications > the client > Settings > Advanced Settings > Grant Types).`,
        ]),
    ...(settings.isForwardedForTrusted
      ? []
      : [
          `The client "${clientId}" is not trusted to name the caller's address (auth0-forwarded-for), so the failed logins of all callers count as one address's, and a few wrong passwords lock a user out for everybody. Turn on "Trust Token Endpoint IP Header" (dashboard: Applications > the client > Settings > Advanced Settings > OAuth).`,
        ]),
    ...authenticationWarnings(client, settings),
  ];
}

/** The tenant refuses a client that authenticates with the other method. */
function authenticationWarnings({ clientId, key }: PasswordGrantClient, { usesPrivateKey }: ClientSettings) {
  if (usesPrivateKey === undefined || usesPrivateKey === (key !== undefined)) return [];
  const fix = usesPrivateKey
    ? 'has a private key at the tenant, but its secret holds a "clientSecret". Store its "privateKey" instead'
    : 'has no private key at the tenant, but its secret holds a "privateKey". Register the public key (dashboard: Applications > the client > Credentials > Private Key JWT), or store the "clientSecret" instead';
  return [`The client "${clientId}" ${fix}. Until then, Basic with a real password will fail.`];
}

function directoryWarnings({ clientId }: PasswordGrantClient, defaultDirectory: string): readonly string[] {
  if (defaultDirectory !== '') return [];
  return [
    `The tenant has no default directory, so logins through the client "${clientId}" will fail. Set one (dashboard: Settings > General > API Authorization Settings > Default Directory), or name a "connection" in the client's secret.`,
  ];
}

async function orWarning(look: () => Promise<readonly string[]>): Promise<readonly string[]> {
  try {
    return await look();
  } catch (error) {
    return [`Not checked: ${error instanceof CodedError ? error.message : 'the check of the password grant failed.'}`];
  }
}
