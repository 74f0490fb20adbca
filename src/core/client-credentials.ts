/**
 * A client of an authorization server, the secret that stores it (`{"clientId","clientSecret"|"privateKey","connection"?}`),
 * and the grant type that it uses to log users in.
 */
import { createPrivateKey, type KeyObject } from 'node:crypto';
import { ConfigurationError } from './errors.ts';
import { isJsonObject, type JsonObject, parseJson } from './json.ts';
import type { SecretStore } from './secret-store.ts';

/** The algorithms that can sign a client assertion, with the type of key or the curve that each needs. */
const KEY_KINDS = { RS256: 'rsa', RS384: 'rsa', PS256: 'rsa', ES256: 'prime256v1' } as const;
const MINIMUM_RSA_BITS = 2048;

/** A key that signs client assertions (RFC 7523). */
export interface ClientKey {
  readonly privateKey: KeyObject;
  /** @see RFC 7518 section 3.1 */
  readonly alg: keyof typeof KEY_KINDS;
  /** The id that the server gave the key, if assertions must name it. */
  readonly kid?: string | undefined;
}

/** A client that authenticates with a secret (RFC 6749 section 2.1). */
export interface SecretClient {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly key?: undefined;
}

/** A client that authenticates with a key (`private_key_jwt`, RFC 7523). */
export interface KeyClient {
  readonly clientId: string;
  readonly clientSecret?: undefined;
  readonly key: ClientKey;
}

/** A confidential client. */
export type ClientCredentials = SecretClient | KeyClient;

/** The client that logs users in. */
export type PasswordGrantClient = ClientCredentials & {
  /** The connection where users log in. @default the tenant's default directory */
  readonly connection?: string | undefined;
};

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
  const stored = isJsonObject(value) ? value : {};
  const { clientId, clientSecret, privateKey } = stored;
  const connection = isText(stored.connection) ? stored.connection : undefined;
  const hasKey = isText(privateKey) || isJsonObject(privateKey);
  if (isText(clientId) && isText(clientSecret) !== hasKey) {
    return isText(clientSecret)
      ? { clientId, clientSecret, connection }
      : { clientId, key: parseClientKey(`the secret ${secretId}`, stored), connection };
  }
  throw new ConfigurationError(
    'configuration_invalid',
    `The secret ${secretId} does not exist or does not hold a client. Expected the JSON {"clientId":"…","clientSecret":"…"}, or "privateKey" instead of "clientSecret", with the values from the client's page in the Auth0 dashboard and an optional "connection". Store it in the secret and run this again.`,
  );
}

/**
 * Parses the key of a client: PEM without a passphrase (PKCS#8, PKCS#1 or SEC 1), or a private JWK as an object or its text.
 *
 * @param place what holds the key, such as "the secret NAME"
 * @param stored `alg` is that of the JWK if absent, or else the usual one for the key; `kid` is never that of the JWK
 * @throws ConfigurationError `configuration_invalid`; its message contains nothing of the key
 */
export function parseClientKey(place: string, { privateKey: stored, alg: named, kid }: StoredKey): ClientKey {
  const text = typeof stored === 'string' ? stored : '';
  const parsed = isJsonObject(stored) ? stored : parseJson(text);
  const jwk = isJsonObject(parsed) ? parsed : undefined;
  const privateKey = importKey(jwk, text);
  const alg = named ?? jwk?.alg ?? (privateKey?.asymmetricKeyType === 'ec' ? 'ES256' : 'RS256');
  if (privateKey && isAlgorithm(alg) && keyKind(privateKey) === KEY_KINDS[alg])
    return { privateKey, alg, kid: isText(kid) ? kid : undefined };
  throw new ConfigurationError(
    'configuration_invalid',
    `The "privateKey" in ${place} is not usable. Expected an RSA key of at least ${MINIMUM_RSA_BITS} bits for the "alg" RS256, RS384 or PS256 (or a P-256 key for ES256, which Auth0 does not accept), as PEM without a passphrase or as a private JWK. Create one with "openssl genrsa 2048", and register its public key for the client.`,
  );
}

/** May hold anything. */
interface StoredKey {
  readonly privateKey?: unknown;
  readonly alg?: unknown;
  readonly kid?: unknown;
}

/** Does not keep what OpenSSL reports, because it may describe the key. */
function importKey(jwk: JsonObject | undefined, pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(jwk ? { key: { ...jwk }, format: 'jwk' } : pem);
  } catch {
    return undefined;
  }
}

/** The curve of a key, or else its type; `undefined` for an RSA key that is too short. */
function keyKind({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): string | undefined {
  const { namedCurve, modulusLength = 0 } = asymmetricKeyDetails ?? {};
  return asymmetricKeyType === 'rsa' && modulusLength < MINIMUM_RSA_BITS
    ? undefined
    : (namedCurve ?? asymmetricKeyType);
}

function isAlgorithm(name: unknown): name is keyof typeof KEY_KINDS {
  return isText(name) && Object.hasOwn(KEY_KINDS, name);
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
