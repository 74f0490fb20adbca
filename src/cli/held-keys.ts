/** Which keys a resource server's properties, or a JWKS, hold: whatever form each is in, known by its RFC 7638 thumbprint. */
import { createPublicKey, type KeyObject } from 'node:crypto';
import { isJsonObject, parseJson } from '../core/json.ts';
import { thumbprintOf } from '../signing-key/thumbprint.ts';

/** One public key. */
export interface HeldKey {
  readonly thumbprint: string;
  /** What it is wrapped in, for people. */
  readonly form: 'certificate' | 'public key' | 'JWK';
}

/**
 * Reads the keys in a value: a certificate or public key in PEM, a JWK as text or object, a list of `{kid, pem}`, a JWKS.
 *
 * @returns none for a value that holds no key that can be read
 */
export async function readKeys(value: unknown): Promise<readonly HeldKey[]> {
  const parsed = typeof value === 'string' && value.trim().startsWith('{') ? parseJson(value) : value;
  if (typeof parsed === 'string') return readPem(parsed);
  if (Array.isArray(parsed)) return (await Promise.all(parsed.map(readKeys))).flat();
  if (!isJsonObject(parsed)) return [];
  if (Array.isArray(parsed.keys)) return readKeys(parsed.keys);
  if (parsed.pem !== undefined) return readKeys(parsed.pem);
  return readWith('JWK', () => createPublicKey({ key: { ...parsed }, format: 'jwk' }));
}

function readPem(pem: string): Promise<readonly HeldKey[]> {
  const form = pem.includes('BEGIN CERTIFICATE') ? 'certificate' : 'public key';
  return readWith(form, () => createPublicKey(pem));
}

async function readWith(form: HeldKey['form'], read: () => KeyObject): Promise<readonly HeldKey[]> {
  try {
    const thumbprint = thumbprintOf(read());
    return thumbprint === undefined ? [] : [{ thumbprint, form }];
  } catch {
    return [];
  }
}
