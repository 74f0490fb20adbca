/** Calculates the RFC 7638 thumbprint of a key, which is the `kid` of every key that this software makes. */
import { createHash, createPublicKey, type KeyObject } from 'node:crypto';

/** The required members of each key type, in the order of RFC 7638 section 3.2. */
const MEMBERS: Readonly<Record<string, readonly string[]>> = {
  AKP: ['alg', 'kty', 'pub'],
  EC: ['crv', 'kty', 'x', 'y'],
  OKP: ['crv', 'kty', 'x'],
  RSA: ['e', 'kty', 'n'],
};

/**
 * Calculates the SHA-256 thumbprint of a public key, or of the public half of a private one.
 *
 * @throws Error for a key that has no JWK form
 * @see RFC 7638 section 3
 */
export function thumbprintOf(key: KeyObject): string {
  const jwk = (key.type === 'private' ? createPublicKey(key) : key).export({ format: 'jwk' });
  const members = MEMBERS[jwk.kty ?? ''];
  if (!members) throw new TypeError(`Thumbprints of keys of the type ${jwk.kty} are not supported.`);
  const canonical = Object.fromEntries(members.map((name) => [name, jwk[name]]));
  return createHash('sha256').update(JSON.stringify(canonical)).digest('base64url');
}
