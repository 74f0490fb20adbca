/** Reads the authorizer's secrets. A secret's value is parsed before use, and no error contains it. */
import {
  GetSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { type PasswordGrantClient, parseClientCredentials } from '../core/client-credentials.ts';
import { IssuerError } from '../core/errors.ts';
import { type ImportedSigningKey, importSigningKey, parseSigningJwk } from '../signing-key/signing-key.ts';
import { errorName } from './errors.ts';

/** Two attempts that fit into the five seconds of a decision. Without these limits, an attempt could wait forever. */
const client = new SecretsManagerClient({
  maxAttempts: 2,
  requestHandler: { connectionTimeout: 1000, requestTimeout: 1500, throwOnRequestTimeout: true },
});

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
