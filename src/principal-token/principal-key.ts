/**
 * The key that signs principal tokens: the first one in its secret, `{"keys":[current, next]}`. It has nothing to do with the resource
 * server's signing key. The secret's text is not trusted until it is parsed.
 */
import { createPrivateKey, type KeyObject } from 'node:crypto';
import { ConfigurationError } from '../core/errors.ts';
import { isJsonObject, parseJson } from '../core/json.ts';

/** ECDSA with P-256 and SHA-256 (RFC 7518 section 3.4). */
export const TOKEN_ALGORITHM = 'ES256';

/** A private key that can sign. */
export interface PrincipalKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
}

/**
 * Imports the current key.
 *
 * @param text the secret's value
 * @throws ConfigurationError `signing_key_invalid`; the message holds nothing of the text
 */
export function importPrincipalKey(text: string): PrincipalKey {
  const [jwk] = keysIn(text);
  try {
    if (isJsonObject(jwk) && jwk.crv === 'P-256' && typeof jwk.kid === 'string') {
      return { kid: jwk.kid, privateKey: createPrivateKey({ key: { ...jwk, kty: 'EC' }, format: 'jwk' }) };
    }
  } catch {
    // OpenSSL's errors may describe the key.
  }
  throw invalidPrincipalKey();
}

/** The members of `{"keys":[…]}`; none in any other text. */
export function keysIn(text: string): readonly unknown[] {
  const value = parseJson(text);
  return isJsonObject(value) && Array.isArray(value.keys) ? value.keys : [];
}

export function invalidPrincipalKey(): ConfigurationError {
  return new ConfigurationError(
    'signing_key_invalid',
    'The secret of principal tokens is not {"keys":[…]} with P-256 keys. Rotate it.',
  );
}
