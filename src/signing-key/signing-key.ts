/**
 * The resource server's signing key as it is stored: a private RSA JWK (RFC 7517) with `kid`, `alg`, `use`, and a self-signed
 * certificate for its public half in `x5c`. A stored value is not trusted until it is parsed here.
 */
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { ConfigurationError } from '../core/errors.ts';
import { isJsonObject, parseJson } from '../core/json.ts';

/** The algorithm of every client assertion (RFC 7518 section 3.3). */
export const SIGNING_ALGORITHM = 'RS256';

/** The private key. The secret holds it as JSON. */
export interface PrivateSigningJwk {
  readonly kty: 'RSA';
  readonly kid: string;
  readonly alg: 'RS256';
  readonly use: 'sig';
  readonly n: string;
  readonly e: string;
  readonly d: string;
  readonly p: string;
  readonly q: string;
  readonly dp: string;
  readonly dq: string;
  readonly qi: string;
  /** One base64 (not base64url) DER certificate, RFC 7517 section 4.7. */
  readonly x5c: readonly [string];
}

/** The public key, as in a JWKS. */
export type PublicSigningJwk = Pick<PrivateSigningJwk, 'kty' | 'kid' | 'alg' | 'use' | 'n' | 'e'>;

/** A private key that can sign. */
export interface ImportedSigningKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
}

const STRING_MEMBERS = ['kid', 'n', 'e', 'd', 'p', 'q', 'dp', 'dq', 'qi'] as const;
const MINIMUM_MODULUS_BITS = 2048;

/**
 * Parses the JSON text of a stored signing key.
 *
 * @param text the secret's value
 * @throws ConfigurationError `signing_key_invalid`; the message names the member at fault, never its value
 */
export function parseSigningJwk(text: string): PrivateSigningJwk {
  const jwk = parseJson(text);
  assertSigningJwk(jwk);
  return jwk;
}

function assertSigningJwk(jwk: unknown): asserts jwk is PrivateSigningJwk {
  if (!isJsonObject(jwk)) throw invalid('is not a JSON object');
  if (jwk.kty !== 'RSA') throw invalid('has a "kty" that is not "RSA"');
  if (jwk.alg !== SIGNING_ALGORITHM) throw invalid(`has an "alg" that is not "${SIGNING_ALGORITHM}"`);
  if (jwk.use !== 'sig') throw invalid('has a "use" that is not "sig"');
  const missing = STRING_MEMBERS.find((member) => typeof jwk[member] !== 'string' || jwk[member] === '');
  if (missing) throw invalid(`lacks the member "${missing}"`);
  const x5c = jwk.x5c;
  if (!Array.isArray(x5c) || typeof x5c[0] !== 'string') throw invalid('lacks its certificate in "x5c"');
}

/**
 * Imports a parsed key, so that it can sign.
 *
 * @throws ConfigurationError `signing_key_invalid` if it is not an RSA key of at least 2048 bits
 */
export function importSigningKey(jwk: PrivateSigningJwk): ImportedSigningKey {
  const privateKey = createKey(jwk);
  const bits = privateKey.asymmetricKeyDetails?.modulusLength ?? 0;
  // Node 20 imports a key whose modulus is not base64url, as one of 0 bits. Node 24 throws.
  if (bits === 0) throw unusable();
  if (bits < MINIMUM_MODULUS_BITS) throw invalid(`has ${bits} bits; at least ${MINIMUM_MODULUS_BITS} are required`);
  return { kid: jwk.kid, privateKey };
}

/** The public key as a JWK, without the certificate. */
export function publicJwk({ kty, kid, alg, use, n, e }: PublicSigningJwk): PublicSigningJwk {
  return { kty, kid, alg, use, n, e };
}

/** The public key as PEM (SubjectPublicKeyInfo), with a final newline. */
export function publicKeyPem(jwk: PublicSigningJwk): string {
  return createPublicKey({ key: { ...publicJwk(jwk) }, format: 'jwk' })
    .export({ type: 'spki', format: 'pem' })
    .toString();
}

/** The certificate as PEM (RFC 7468), with a final newline. */
export function certificatePem({ x5c: [der] }: Pick<PrivateSigningJwk, 'x5c'>): string {
  const lines = der.match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

function createKey(jwk: PrivateSigningJwk): KeyObject {
  try {
    return createPrivateKey({ key: { ...jwk }, format: 'jwk' });
  } catch {
    // Do not keep the cause: OpenSSL's errors may describe the key.
    throw unusable();
  }
}

function unusable(): ConfigurationError {
  return invalid('is not a usable RSA private key');
}

function invalid(what: string): ConfigurationError {
  return new ConfigurationError(
    'signing_key_invalid',
    `The stored signing key ${what}. Expected the private JWK that the deployment writes; rotate the key to make a new one.`,
  );
}
