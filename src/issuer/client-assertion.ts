/**
 * Signs the JWT that authenticates the resource server to the introspection endpoint. It uses only `node:crypto`: fixed
 * header, fixed claims, one signature. It parses nothing from outside.
 */
import { sign } from 'node:crypto';
import { type ImportedSigningKey, SIGNING_ALGORITHM } from '../signing-key/signing-key.ts';

/** RFC 7523 section 2.2. */
export const CLIENT_ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

const LIFETIME_SECONDS = 60;
/** A server whose clock is behind ours must not take the assertion for one from the future. */
const BACKDATED_SECONDS = 5;

export interface ClientAssertionClaims {
  /** `iss` and `sub`: the resource server's identifier. */
  readonly clientId: string;
  /** `aud`: the issuer, trailing slash included. */
  readonly audience: string;
  /** At most 64 characters. A server accepts each one only once. */
  readonly jti: string;
  /** Epoch milliseconds. */
  readonly now: number;
}

/**
 * Signs a client assertion that is valid for one minute and is meant for one use.
 *
 * @see RFC 7523 section 3, RFC 7515 section 3.1
 */
export function signClientAssertion(
  key: ImportedSigningKey,
  { clientId, audience, jti, now }: ClientAssertionClaims,
): string {
  const nowSeconds = Math.floor(now / 1000);
  const header = { alg: SIGNING_ALGORITHM, kid: key.kid, typ: 'JWT' };
  const times = { iat: nowSeconds - BACKDATED_SECONDS, exp: nowSeconds + LIFETIME_SECONDS };
  const payload = { iss: clientId, sub: clientId, aud: audience, ...times, jti };
  const signingInput = `${base64url(header)}.${base64url(payload)}`;
  return `${signingInput}.${sign('sha256', Buffer.from(signingInput), key.privateKey).toString('base64url')}`;
}

function base64url(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
