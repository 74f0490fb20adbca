/**
 * Parses public keys in the formats in which people register them: JWK, PEM certificate or PEM public key. Accepts RSA
 * of at least 2048 bits, and no private keys.
 */
import { createPublicKey, type JsonWebKey, type KeyObject, X509Certificate } from 'node:crypto';
import { isJsonObject, parseJsonObject } from './http.ts';
import type { JsonObject } from './records.ts';

export interface RegisteredKey {
  /** `undefined` if the key was registered without one. */
  readonly kid: string | undefined;
  readonly key: KeyObject;
}

const MIN_MODULUS_BITS = 2048;

/** Parses a `verificationKey`: a JWK (text or object) or PEM. `undefined` if it is not a usable public key. */
export function readVerificationKey(value: unknown): RegisteredKey | undefined {
  if (isJsonObject(value)) return readJwk(value);
  if (typeof value !== 'string') return undefined;
  const jwk = parseJsonObject(value);
  return jwk ? readJwk(jwk) : readPem(undefined, value);
}

/** Parses one entry of `verificationKeys`. */
export function readKeyEntry(entry: unknown): RegisteredKey | undefined {
  if (!isJsonObject(entry) || typeof entry.pem !== 'string' || typeof entry.kid !== 'string') return undefined;
  return entry.kid === '' ? undefined : readPem(entry.kid, entry.pem);
}

export function readJwk(jwk: JsonObject): RegisteredKey | undefined {
  if (jwk.kty !== 'RSA' || 'd' in jwk || (jwk.use ?? 'sig') !== 'sig' || (jwk.alg ?? 'RS256') !== 'RS256')
    return undefined;
  const kid = typeof jwk.kid === 'string' ? jwk.kid : undefined;
  return usable(kid, () => createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' }));
}

function readPem(kid: string | undefined, pem: string): RegisteredKey | undefined {
  if (pem.includes('PRIVATE KEY')) return undefined;
  if (pem.includes('-----BEGIN CERTIFICATE-----')) return usable(kid, () => new X509Certificate(pem).publicKey);
  return usable(kid, () => createPublicKey(pem));
}

function usable(kid: string | undefined, read: () => KeyObject): RegisteredKey | undefined {
  try {
    const key = read();
    const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
    return key.asymmetricKeyType === 'rsa' && bits >= MIN_MODULUS_BITS ? { kid, key } : undefined;
  } catch {
    return undefined;
  }
}
