/** The authorizer's secrets. A secret's value is parsed before use, and no error contains it. */
import { type PasswordGrantClient, parseClientCredentials } from '../core/client-credentials.ts';
import { ConfigurationError, IssuerError } from '../core/errors.ts';
import { isJsonObject, parseJson } from '../core/json.ts';
import { importPrincipalKey, type PrincipalKey } from '../principal-token/principal-key.ts';
import { type ImportedSigningKey, importSigningKey, parseSigningJwk } from '../signing-key/signing-key.ts';
import { errorName } from './errors.ts';
import type { Stage } from './secret-versions.ts';

/**
 * Reads the version of a secret with a staging label; `undefined` if there is none.
 *
 * @throws Error with the name that AWS gave it
 */
export type ReadStage = (secretId: string, stage: Stage) => Promise<string | undefined>;

/** The secrets that an authorizer needs. Nothing is cached. */
export interface AuthorizerSecrets {
  /**
   * Reads the current signing key and, during a rotation, the pending one.
   *
   * @throws IssuerError `issuer_unavailable` if Secrets Manager does not respond or refuses
   * @throws ConfigurationError `signing_key_invalid`
   */
  readSigningKeys(secretId: string): Promise<readonly [ImportedSigningKey, ...ImportedSigningKey[]]>;
  /**
   * Reads a client, with its client secret or its key.
   *
   * @throws IssuerError `issuer_unavailable`
   * @throws ConfigurationError `configuration_invalid`
   */
  readClient(secretId: string): Promise<PasswordGrantClient>;
  /**
   * Reads the origin secret, the current one first, then the previous one, which the CDN may still send.
   *
   * @throws IssuerError `issuer_unavailable`
   * @throws ConfigurationError `configuration_invalid`
   */
  readOriginSecrets(secretId: string): Promise<readonly string[]>;
  /**
   * Reads the pepper of the shared cache.
   *
   * @throws IssuerError `issuer_unavailable`
   * @throws ConfigurationError `configuration_invalid`
   */
  readPepper(secretId: string): Promise<string>;
  /**
   * Reads the secret under which the ids of expiries are computed.
   *
   * @throws IssuerError `issuer_unavailable`
   * @throws ConfigurationError `configuration_invalid`
   */
  readDigestSecret(secretId: string): Promise<string>;
  /**
   * Reads the key that signs the principal for the backend.
   *
   * @throws IssuerError `issuer_unavailable`
   * @throws ConfigurationError `signing_key_invalid`
   */
  readPrincipalKey(secretId: string): Promise<PrincipalKey>;
}

/** @param readStage makes the call to Secrets Manager */
export function createAuthorizerSecrets(readStage: ReadStage): AuthorizerSecrets {
  const read = async (secretId: string, stage: Stage) => {
    try {
      return await readStage(secretId, stage);
    } catch (error) {
      throw unavailable(secretId, error);
    }
  };
  const readCurrent = async (secretId: string) => {
    const text = await read(secretId, 'AWSCURRENT');
    if (text === undefined) throw unavailable(secretId, undefined);
    return text;
  };
  return {
    async readSigningKeys(secretId) {
      const [current, pending] = await Promise.all([readCurrent(secretId), read(secretId, 'AWSPENDING')]);
      return [toSigningKey(current), ...(pending === current ? [] : pendingKeys(pending))];
    },
    async readClient(secretId) {
      return parseClientCredentials(secretId, await readCurrent(secretId));
    },
    async readOriginSecrets(secretId) {
      const [current, previous] = await Promise.all([readCurrent(secretId), read(secretId, 'AWSPREVIOUS')]);
      return [parseOriginSecret(secretId, current), ...(previous === undefined ? [] : previousOriginSecret(previous))];
    },
    async readPepper(secretId) {
      return parseRandomText('pepper', secretId, await readCurrent(secretId));
    },
    async readDigestSecret(secretId) {
      return parseRandomText('digest secret', secretId, await readCurrent(secretId));
    },
    async readPrincipalKey(secretId) {
      return importPrincipalKey(await readCurrent(secretId));
    },
  };
}

/** The pending version may hold anything. If it is unusable, the current key must still sign. */
function pendingKeys(text: string | undefined): readonly ImportedSigningKey[] {
  try {
    return text === undefined ? [] : [toSigningKey(text)];
  } catch {
    return [];
  }
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

function parseRandomText(what: string, secretId: string, text: string): string {
  if (/^[\x20-\x7e]{32,1024}$/.test(text)) return text;
  throw new ConfigurationError(
    'configuration_invalid',
    `The ${what} ${secretId} is not usable. Expected 32 to 1024 printable ASCII characters.`,
  );
}

function toSigningKey(text: string): ImportedSigningKey {
  return importSigningKey(parseSigningJwk(text));
}

/** Does not keep the cause, because the SDK's errors may contain the request. */
function unavailable(secretId: string, thrown: unknown): IssuerError {
  const got = thrown === undefined ? 'it has no current value' : `got ${errorName(thrown)}`;
  return new IssuerError('issuer_unavailable', `The secret ${secretId} cannot be read from Secrets Manager: ${got}.`);
}
