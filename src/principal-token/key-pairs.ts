/**
 * The key pairs for principal tokens: P-256 JWKs (RFC 7518 section 6.2). The secret holds two of them: the current one signs, and the
 * next one becomes current at the next rotation. The authorizer never uses this file.
 */
import { createHash, generateKeyPairSync } from 'node:crypto';
import { isJsonObject } from '../core/json.ts';
import { invalidPrincipalKey, keysIn, TOKEN_ALGORITHM } from './principal-key.ts';

/** A public key, as in a JWKS. */
export interface PublicPrincipalJwk {
  readonly kty: 'EC';
  readonly crv: 'P-256';
  readonly kid: string;
  readonly alg: 'ES256';
  readonly use: 'sig';
  readonly x: string;
  readonly y: string;
}

/** A key pair. */
export type PrincipalJwk = PublicPrincipalJwk & { readonly d: string };

export type PrincipalKeyPairs = readonly [current: PrincipalJwk, next: PrincipalJwk];

/** Makes a new key pair, with its RFC 7638 thumbprint as `kid`. */
export function generatePrincipalKey(): PrincipalJwk {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x = '', y = '', d = '' } = privateKey.export({ format: 'jwk' });
  const kid = createHash('sha256')
    .update(JSON.stringify({ crv: 'P-256', kty: 'EC', x, y }))
    .digest('base64url');
  return { kty: 'EC', crv: 'P-256', kid, alg: TOKEN_ALGORITHM, use: 'sig', x, y, d };
}

/** Writes the text of the secret. */
export function writePrincipalKeys(keys: PrincipalKeyPairs): string {
  return JSON.stringify({ keys });
}

/**
 * Parses the text of the secret.
 *
 * @throws ConfigurationError `signing_key_invalid`; the message holds nothing of the text
 */
export function parsePrincipalKeys(text: string): PrincipalKeyPairs {
  const [current, next] = keysIn(text);
  if (isPrincipalJwk(current) && isPrincipalJwk(next)) return [current, next];
  throw invalidPrincipalKey();
}

/** The public half. Each member is copied by name. */
export function publicPrincipalJwk({ kty, crv, kid, alg, use, x, y }: PublicPrincipalJwk): PublicPrincipalJwk {
  return { kty, crv, kid, alg, use, x, y };
}

/** Whether a value is a public P-256 key for ES256. */
export function isPublicPrincipalJwk(jwk: unknown): jwk is PublicPrincipalJwk {
  return (
    isJsonObject(jwk) &&
    jwk.kty === 'EC' &&
    jwk.crv === 'P-256' &&
    jwk.alg === TOKEN_ALGORITHM &&
    jwk.use === 'sig' &&
    [jwk.kid, jwk.x, jwk.y].every((member) => typeof member === 'string' && member !== '')
  );
}

function isPrincipalJwk(jwk: unknown): jwk is PrincipalJwk {
  return isPublicPrincipalJwk(jwk) && 'd' in jwk && typeof jwk.d === 'string';
}
