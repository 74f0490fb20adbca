/**
 * The document of public signing keys: a JWKS (RFC 7517 section 5) whose keys carry their certificate. A stored document is
 * parsed before use, and nothing private is ever read or written.
 */
import { ConfigurationError } from '../core/errors.ts';
import { isJsonObject, parseJson } from '../core/json.ts';
import { type PrivateSigningJwk, type PublicSigningJwk, publicJwk, SIGNING_ALGORITHM } from './signing-key.ts';

/** The document before a key is published. */
export const NO_PUBLIC_KEYS = '{"keys":[]}';

/** One published key, with its certificate. */
export type PublishedKey = PublicSigningJwk &
  Pick<PrivateSigningJwk, 'x5c'> & {
    /** For an earlier key: the epoch second from which it is no longer served. */
    readonly exp?: number;
  };

/** Writes the document, with the current key first. Only the public half of each key goes into it. */
export function writePublicKeys(keys: readonly PublishedKey[]): string {
  return JSON.stringify({ keys: keys.map(published) });
}

function published({ x5c, exp, ...key }: PublishedKey): PublishedKey {
  return { ...publicJwk(key), x5c: [...x5c], ...(exp !== undefined && { exp }) };
}

/**
 * Reads the document.
 *
 * @returns the keys, the current one first; none if nothing was published yet
 * @throws ConfigurationError `signing_key_invalid`
 */
export function parsePublicKeys(text: string): readonly PublishedKey[] {
  const document = parseJson(text);
  if (!isJsonObject(document) || !Array.isArray(document.keys)) throw invalid('is not a JWKS');
  return document.keys.map(parseKey);
}

/** The current and the pending key: those that a tenant should know. */
export function keysInUse(keys: readonly PublishedKey[]): readonly PublishedKey[] {
  return keys.filter(({ exp }) => exp === undefined);
}

/** The keys to serve: those in use, and for a while those that were in use before. */
export function servedKeys(keys: readonly PublishedKey[], nowMs: number): readonly PublishedKey[] {
  return keys.filter(({ exp }) => exp === undefined || nowMs < exp * 1000);
}

function parseKey(key: unknown): PublishedKey {
  if (!isJsonObject(key) || key.kty !== 'RSA' || key.alg !== SIGNING_ALGORITHM || key.use !== 'sig') {
    throw invalid(`holds a key that is not an RSA key for ${SIGNING_ALGORITHM}`);
  }
  const { kid, n, e, x5c, exp } = key;
  if (typeof kid !== 'string' || typeof n !== 'string' || typeof e !== 'string') {
    throw invalid('holds a key without "kid", "n" and "e"');
  }
  const certificate: unknown = Array.isArray(x5c) ? x5c[0] : undefined;
  if (typeof certificate !== 'string') throw invalid('holds a key without its certificate in "x5c"');
  if (exp !== undefined && typeof exp !== 'number') throw invalid('holds a key with an "exp" that is not a number');
  return {
    kty: 'RSA',
    kid,
    alg: SIGNING_ALGORITHM,
    use: 'sig',
    n,
    e,
    x5c: [certificate],
    ...(exp !== undefined && { exp }),
  };
}

function invalid(what: string): ConfigurationError {
  return new ConfigurationError(
    'signing_key_invalid',
    `The document of public signing keys ${what}. Expected the JWKS that the deployment writes; deploy the stack with the signing key again.`,
  );
}
