/** Secrets that hold a client of the tenant: `{"clientId","clientSecret"}`, and for the password grant a `connection`. */
import type { SecretStore } from '../../src/aws/secrets.ts';
import { ConfigurationError } from '../../src/core/errors.ts';
import { isJsonObject, parseJson } from '../../src/core/json.ts';

export interface ClientSecret {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Where users log in; `undefined` for the tenant's default directory. */
  readonly connection: string | undefined;
}

/**
 * Reads the client that a secret holds.
 *
 * @throws AwsError `secret_unreadable`
 * @throws ConfigurationError `configuration_invalid`, without anything of the secret's value
 */
export async function readClientSecret(secrets: Pick<SecretStore, 'read'>, secretId: string): Promise<ClientSecret> {
  const value = parseJson((await secrets.read(secretId)) ?? '');
  const { clientId, clientSecret, connection } = isJsonObject(value) ? value : {};
  if (isText(clientId) && isText(clientSecret)) {
    return { clientId, clientSecret, connection: isText(connection) ? connection : undefined };
  }
  throw new ConfigurationError(
    'configuration_invalid',
    `The secret ${secretId} does not exist or does not hold a client. Expected the JSON {"clientId":"…","clientSecret":"…"}, as the client's page in the Auth0 dashboard shows them; put it there and deploy again.`,
  );
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
