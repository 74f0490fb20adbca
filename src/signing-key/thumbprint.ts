/** The thumbprint of a key, by which two copies of a key are known to be the same one. */
import { createHash, type KeyObject } from 'node:crypto';

/** The members of a JWK that its thumbprint covers, in their order. */
const MEMBERS: Readonly<Record<string, readonly string[]>> = {
  RSA: ['e', 'kty', 'n'],
  EC: ['crv', 'kty', 'x', 'y'],
  OKP: ['crv', 'kty', 'x'],
};

/**
 * Calculates the thumbprint of a public key, or of the public half of a private one. The one in `jose` is asynchronous,
 * and the set-up compares keys in pure functions.
 *
 * @returns `undefined` for a kind of key that has none
 * @see RFC 7638 section 3.2, RFC 8037 section 2
 */
export function thumbprintOf(key: KeyObject): string | undefined {
  const jwk: Readonly<Record<string, unknown>> = { ...key.export({ format: 'jwk' }) };
  const members = MEMBERS[String(jwk.kty)];
  if (!members) return undefined;
  const covered = Object.fromEntries(members.map((member) => [member, jwk[member]]));
  return createHash('sha256').update(JSON.stringify(covered)).digest('base64url');
}
