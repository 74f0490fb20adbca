/**
 * The public halves of the signing keys as they are published: a JWKS (RFC 7517 section 5) whose keys carry their
 * certificate. What comes out of a store is parsed, and nothing private is ever let through in either direction.
 */
import { ConfigurationError } from '../core/errors.ts';
import { isJsonObject, parseJson } from '../core/json.ts';
import { type PrivateSigningJwk, type PublicSigningJwk, publicJwk, SIGNING_ALGORITHM } from './signing-key.ts';

/** The document before anything has been published. */
export const NO_PUBLIC_KEYS = '{"keys":[]}';

/** One published key: the public half with the certificate around it. */
export type PublishedKey = PublicSigningJwk &
  Pick<PrivateSigningJwk, 'x5c'> & {
    /** Of a key that signs no more: the epoch second from which on it is served no longer. */
    readonly exp?: number;
  };

/** Writes the document. Of whole keys only the public half goes into it; the one that signs comes first. */
export function writePublicKeys(keys: readonly PublishedKey[]): string {
  return JSON.stringify({ keys: keys.map(published) });
}

function published({ x5c, exp, ...key }: PublishedKey): PublishedKey {
  return { ...publicJwk(key), x5c: [...x5c], ...(exp !== undefined && { exp }) };
}

/**
 * Reads the document.
 *
 * @returns the keys, the one that signs first; none if nothing has been published yet
 * @throws ConfigurationError `signing_key_invalid`
 */
export function parsePublicKeys(text: string): readonly PublishedKey[] {
  const document = parseJson(text);
  if (!isJsonObject(document) || !Array.isArray(document.keys)) throw invalid('is not a JWKS');
  return document.keys.map(parseKey);
}

/** The keys that sign, or are about to: those that a tenant should know. */
export function keysInUse(keys: readonly PublishedKey[]): readonly PublishedKey[] {
  return keys.filter(({ exp }) => exp === undefined);
}

/** The keys to be served: those in use, and for a while those that were. */
export function servedKeys(keys: readonly PublishedKey[], nowMs: number): readonly PublishedKey[] {
  return keys.filter(({ exp }) => exp === undefined || nowMs < exp * 1000);
}

function parseKey(key: unknown): PublishedKey {
  if (!isJsonObject(key) || key.kty !== 'RSA' || key.alg !== SIGNING_ALGORITHM || key.use !== 'sig') {
    throw invalid(`holds a key that is no RSA key for ${SIGNING_ALGORITHM}`);
  }
  const { kid, n, e, x5c, exp } = key;
  if (typeof kid !== 'string' || typeof n !== 'string' || typeof e !== 'string') {
    throw invalid('holds a key without "kid", "n" and "e"');
  }
  const certificate: unknown = Array.isArray(x5c) ? x5c[0] : undefined;
  if (typeof certificate !== 'string') throw invalid('holds a key without its certificate in "x5c"');
  if (exp !== undefined && typeof exp !== 'number') throw invalid('holds a key with an "exp" that is no number');
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
