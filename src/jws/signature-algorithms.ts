/** Knows which algorithms fit a key, and signs and verifies with them. Asymmetric algorithms only (RFC 8725 section 3.1). */
import { constants, type KeyObject, type SigningOptions, sign, verify } from 'node:crypto';

const EC_ALGORITHMS: Readonly<Record<string, string>> = { 'P-256': 'ES256', 'P-384': 'ES384', 'P-521': 'ES512' };
const SIZES = ['256', '384', '512'];
/** RFC 7518 section 3.3: PKCS #1 v1.5. */
export const RSA_ALGORITHMS: readonly string[] = SIZES.map((size) => `RS${size}`);
/** RFC 7518 section 3.5: PSS. */
export const PSS_ALGORITHMS: readonly string[] = SIZES.map((size) => `PS${size}`);

/**
 * The algorithms that a key of this type can have. There is none for a symmetric key.
 *
 * @see RFC 7518 section 3.1, RFC 8037 section 3.1, RFC 9864 section 2.2
 */
export function algorithmsOf({ kty, crv }: { readonly kty?: unknown; readonly crv?: unknown }): readonly string[] {
  if (kty === 'RSA') return [...RSA_ALGORITHMS, ...PSS_ALGORITHMS];
  if (kty === 'OKP') return crv === 'Ed25519' ? ['EdDSA', 'Ed25519'] : [];
  const algorithm = kty === 'EC' && typeof crv === 'string' ? EC_ALGORITHMS[crv] : undefined;
  return algorithm === undefined ? [] : [algorithm];
}

/**
 * Signs with a private key.
 *
 * @param algorithm one of `algorithmsOf` the key
 */
export function signatureOf(key: KeyObject, algorithm: string, input: string): Buffer {
  return sign(digestOf(algorithm), Buffer.from(input), { key, ...optionsOf(algorithm) });
}

/**
 * Returns whether a signature was made with the private half of a key.
 *
 * @param algorithm one of `algorithmsOf` the key
 */
export function isSignatureOf(key: KeyObject, algorithm: string, input: string, signature: Buffer): boolean {
  return verify(digestOf(algorithm), Buffer.from(input), { key, ...optionsOf(algorithm) }, signature);
}

/** Ed25519 has a digest of its own. */
function digestOf(algorithm: string): string | null {
  return algorithm.startsWith('Ed') ? null : `sha${algorithm.slice(2)}`;
}

/** RFC 7518 sections 3.4 and 3.5: both halves at full length; a salt as long as the digest. */
function optionsOf(algorithm: string): SigningOptions {
  return {
    ...(algorithm.startsWith('ES') && { dsaEncoding: 'ieee-p1363' }),
    ...(algorithm.startsWith('PS') && {
      padding: constants.RSA_PKCS1_PSS_PADDING,
      saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
    }),
  };
}
