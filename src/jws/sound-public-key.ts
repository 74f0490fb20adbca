/**
 * Rejects public keys that parse but protect nothing, because anybody can forge a signature that they accept. An honest
 * server publishes none of them, but Node imports them without an error.
 */
import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';

const MINIMUM_RSA_BITS = 2048;
/** OpenSSL refuses to verify with a longer exponent unless the modulus is short. */
const MAXIMUM_RSA_EXPONENT = 2n ** 64n;

/** The prime of Ed25519's field. */
const FIELD = 2n ** 255n - 19n;
const ORDER_8_Y = 0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7n;
/** The `y` of the points whose order divides eight. Both points with such a `y` have small order. */
const SMALL_ORDER_YS: ReadonlySet<bigint> = new Set([0n, 1n, FIELD - 1n, ORDER_8_Y, FIELD - ORDER_8_Y]);

/** Imports a public key; `undefined` if it is malformed, or if signatures that it verifies cannot be trusted. */
export function importSoundKey(jwk: JsonWebKey): KeyObject | undefined {
  try {
    const key = createPublicKey({ key: jwk, format: 'jwk' });
    return isSoundPublicKey(key) ? key : undefined;
  } catch {
    return undefined;
  }
}

function isSoundPublicKey(key: KeyObject): boolean {
  switch (key.asymmetricKeyType) {
    case 'rsa':
      return isSoundRsa(key);
    case 'ed25519':
      return isSoundEd25519(key);
    default:
      // Node has checked that the point is on its curve, and these curves have no small subgroup.
      return key.asymmetricKeyType === 'ec';
  }
}

/** With the exponent 1 every message is its own signature; an even exponent has no private counterpart. */
function isSoundRsa({ asymmetricKeyDetails }: KeyObject): boolean {
  const { modulusLength = 0, publicExponent = 0n } = asymmetricKeyDetails ?? {};
  const isUsable = publicExponent >= 3n && publicExponent < MAXIMUM_RSA_EXPONENT && publicExponent % 2n === 1n;
  return modulusLength >= MINIMUM_RSA_BITS && isUsable;
}

/**
 * @see RFC 8032 section 5.1.3: `y` is below the prime, and the highest bit is the sign of `x`
 */
function isSoundEd25519(key: KeyObject): boolean {
  const { x = '' } = key.export({ format: 'jwk' });
  const bytes = Buffer.from(x, 'base64url').reverse();
  const y = BigInt.asUintN(255, BigInt(`0x${bytes.toString('hex')}`));
  return y < FIELD && !SMALL_ORDER_YS.has(y);
}
