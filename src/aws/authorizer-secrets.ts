/** Reads the authorizer's secrets. A secret's value is parsed before use, and no error contains it. */
import {
  GetSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { type PasswordGrantClient, parseClientCredentials } from '../core/client-credentials.ts';
import { ConfigurationError, IssuerError } from '../core/errors.ts';
import { isJsonObject, parseJson } from '../core/json.ts';
import { type ImportedSigningKey, importSigningKey, parseSigningJwk } from '../signing-key/signing-key.ts';
import { errorName } from './errors.ts';
import { toleratingNewRole } from './new-role.ts';

/** Two attempts that fit into the five seconds of a decision. Without these limits, an attempt could wait forever. */
const client = toleratingNewRole(
  new SecretsManagerClient({
    maxAttempts: 2,
    requestHandler: { connectionTimeout: 1000, requestTimeout: 1500, throwOnRequestTimeout: true },
  }),
  // A login reads three secrets one after the other, within the five seconds too.
  { waitsMs: [250, 500], most: 12 },
);

/**
 * Reads the current signing key and, during a rotation, the pending one.
 *
 * @throws IssuerError `issuer_unavailable` if Secrets Manager does not respond or refuses
 * @throws ConfigurationError `signing_key_invalid`
 */
export async function readSigningKeys(
  secretId: string,
): Promise<readonly [ImportedSigningKey, ...ImportedSigningKey[]]> {
  const [current, pending] = await Promise.all([readStage(secretId, 'AWSCURRENT'), readStage(secretId, 'AWSPENDING')]);
  if (current === undefined) throw unavailable(secretId, undefined);
  return [toSigningKey(current), ...(pending === current ? [] : pendingKeys(pending))];
}

/** The pending version may hold anything. If it is unusable, the current key must still sign. */
function pendingKeys(text: string | undefined): readonly ImportedSigningKey[] {
  try {
    return text === undefined ? [] : [toSigningKey(text)];
  } catch {
    return [];
  }
}

/**
 * Reads a client: `{"clientId","clientSecret","connection"?}`.
 *
 * @throws IssuerError `issuer_unavailable`
 * @throws ConfigurationError `configuration_invalid`
 */
export async function readClient(secretId: string): Promise<PasswordGrantClient> {
  const text = await readStage(secretId, 'AWSCURRENT');
  if (text === undefined) throw unavailable(secretId, undefined);
  return parseClientCredentials(secretId, text);
}

/**
 * Reads the origin secret, the current one first, then the previous one, which the CDN may still send.
 *
 * @throws IssuerError `issuer_unavailable`
 * @throws ConfigurationError `configuration_invalid`
 */
export async function readOriginSecrets(secretId: string): Promise<readonly string[]> {
  const [current, previous] = await Promise.all([
    readStage(secretId, 'AWSCURRENT'),
    readStage(secretId, 'AWSPREVIOUS'),
  ]);
  if (current === undefined) throw unavailable(secretId, undefined);
  return [parseOriginSecret(secretId, current), ...(previous === undefined ? [] : previousOriginSecret(previous))];
}

function previousOriginSecret(text: string): readonly string[] {
  const previous = originSecretIn(text);
  return previous === undefined ? [] : [previous];
}

function parseOriginSecret(secretId: string, text: string): string {
  const secret = originSecretIn(text);
  if (secret !== undefined) return secret;
  throw new ConfigurationError(
    'configuration_invalid',
    `The origin secret ${secretId} is not usable. Expected 16 to 1024 printable ASCII characters without spaces, or {"originSecret":"…"} with such a value.`,
  );
}

/** The console of Secrets Manager stores JSON. */
function originSecretIn(text: string): string | undefined {
  const value = parseJson(text);
  const secret = isJsonObject(value) ? value.originSecret : text;
  return typeof secret === 'string' && /^[\x21-\x7e]{16,1024}$/.test(secret) ? secret : undefined;
}

/** Reads the version with a staging label; `undefined` if there is none. */
async function readStage(secretId: string, stage: string): Promise<string | undefined> {
  try {
    const response = await client.send(new GetSecretValueCommand({ SecretId: secretId, VersionStage: stage }));
    return response.SecretString;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw unavailable(secretId, error);
  }
}

function toSigningKey(text: string): ImportedSigningKey {
  return importSigningKey(parseSigningJwk(text));
}

/** Does not keep the cause, because the SDK's errors may contain the request. */
function unavailable(secretId: string, thrown: unknown): IssuerError {
  const got = thrown === undefined ? 'it has no current value' : `got ${errorName(thrown)}`;
  return new IssuerError('issuer_unavailable', `The secret ${secretId} cannot be read from Secrets Manager: ${got}.`);
}
