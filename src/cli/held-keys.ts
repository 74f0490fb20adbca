/** Finds the keys in a resource server's properties or in a JWKS, in any form, and identifies each by its RFC 7638 thumbprint. */
import { createPublicKey, type KeyObject } from 'node:crypto';
import { isJsonObject, parseJson } from '../core/json.ts';
import { thumbprintOf } from '../signing-key/thumbprint.ts';

/** One public key. */
export interface HeldKey {
  readonly thumbprint: string;
  /** The form of the value, for people. */
  readonly form: 'certificate' | 'public key' | 'JWK';
}

/**
 * Reads the keys in a value: a certificate or public key in PEM, a JWK as text or object, a list of `{kid, pem}`, a JWKS.
 *
 * @returns an empty list for a value without a readable key
 */
export function readKeys(value: unknown): readonly HeldKey[] {
  const parsed = typeof value === 'string' && value.trim().startsWith('{') ? parseJson(value) : value;
  if (typeof parsed === 'string') return readPem(parsed);
  if (Array.isArray(parsed)) return parsed.flatMap(readKeys);
  if (!isJsonObject(parsed)) return [];
  if (Array.isArray(parsed.keys)) return readKeys(parsed.keys);
  if (parsed.pem !== undefined) return readKeys(parsed.pem);
  return readWith('JWK', () => createPublicKey({ key: { ...parsed }, format: 'jwk' }));
}

function readPem(pem: string): readonly HeldKey[] {
  const form = pem.includes('BEGIN CERTIFICATE') ? 'certificate' : 'public key';
  return readWith(form, () => createPublicKey(pem));
}

function readWith(form: HeldKey['form'], read: () => KeyObject): readonly HeldKey[] {
  try {
    return [{ thumbprint: thumbprintOf(read()), form }];
  } catch {
    return [];
  }
}
