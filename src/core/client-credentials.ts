/**
 * A client of an authorization server, the secret that stores it (`{"clientId","clientSecret","connection"?}`), and the
 * grant type that it uses to log users in.
 */
import { ConfigurationError } from './errors.ts';
import { isJsonObject, parseJson } from './json.ts';
import type { SecretStore } from './secret-store.ts';

/** A confidential client that authenticates with a secret (RFC 6749 section 2.1). */
export interface ClientCredentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** The client that logs users in. */
export interface PasswordGrantClient extends ClientCredentials {
  /** The connection where users log in. @default the tenant's default directory */
  readonly connection?: string | undefined;
}

/** Logs users in at the tenant's default directory. @see RFC 6749 section 4.3 */
const PASSWORD_GRANT = 'password';

/**
 * Logs users in at the connection that the request names as its `realm`.
 *
 * @see https://auth0.com/docs/get-started/authentication-and-authorization-flow/resource-owner-password-flow
 */
const PASSWORD_REALM_GRANT = 'http://auth0.com/oauth/grant-type/password-realm';

/** The grant type that a login uses. */
export function passwordGrantType(connection: string | undefined): string {
  return connection === undefined ? PASSWORD_GRANT : PASSWORD_REALM_GRANT;
}

/**
 * Parses the text of a secret.
 *
 * @param text `undefined` if the secret has no value
 * @throws ConfigurationError `configuration_invalid`; its message contains nothing of the secret's value
 */
export function parseClientCredentials(secretId: string, text: string | undefined): PasswordGrantClient {
  const value = parseJson(text ?? '');
  const { clientId, clientSecret, connection } = isJsonObject(value) ? value : {};
  if (isText(clientId) && isText(clientSecret)) {
    return { clientId, clientSecret, connection: isText(connection) ? connection : undefined };
  }
  throw new ConfigurationError(
    'configuration_invalid',
    `The secret ${secretId} does not exist or does not hold a client. Expected the JSON {"clientId":"…","clientSecret":"…"}, with the values from the client's page in the Auth0 dashboard and an optional "connection". Store it in the secret and run this again.`,
  );
}

/**
 * Reads a client from its secret.
 *
 * @throws AwsError `secret_unreadable`
 * @throws ConfigurationError `configuration_invalid`, without anything of the secret's value
 */
export async function readClientCredentials(
  secrets: Pick<SecretStore, 'read'>,
  secretId: string,
): Promise<PasswordGrantClient> {
  return parseClientCredentials(secretId, await secrets.read(secretId));
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
