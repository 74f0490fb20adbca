/** Which algorithms a public key may be used with, and whether a signature is its. Asymmetric algorithms only (RFC 8725 section 3.1). */
import { constants, type KeyObject, verify } from 'node:crypto';

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
 * Returns whether a signature was made with the private half of a key.
 *
 * @param algorithm one of `algorithmsOf` the key
 */
export function isSignatureOf(key: KeyObject, algorithm: string, input: string, signature: Buffer): boolean {
  const bits = algorithm.slice(2);
  const isEdwards = algorithm.startsWith('Ed');
  const isPss = algorithm.startsWith('PS');
  return verify(
    isEdwards ? null : `sha${bits}`,
    Buffer.from(input),
    {
      key,
      // RFC 7518 sections 3.4 and 3.5: both halves at full length; a salt as long as the digest.
      ...(algorithm.startsWith('ES') && { dsaEncoding: 'ieee-p1363' }),
      ...(isPss && { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: Number(bits) / 8 }),
    },
    signature,
  );
}
