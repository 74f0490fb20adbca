/** Makes and splits compact JWS by hand. Nothing has verified what `decodeUnverified` returns. */
import { constants, createHmac, type KeyObject, sign, verify } from 'node:crypto';
import { parseJsonObject } from './http.ts';
import type { JsonObject } from './records.ts';

export type MintAlgorithm = 'RS256' | 'RS384' | 'RS512' | 'PS256' | 'PS384' | 'PS512' | 'HS256' | 'none';

export interface UnverifiedJwt {
  readonly header: JsonObject;
  readonly claims: JsonObject;
  readonly signingInput: string;
  readonly signature: Buffer;
}

/**
 * Signs claims. Without a `secret`, `HS256` uses the public key's PEM in its place, and `none` leaves the signature empty: both
 * are attacks that a verifier must withstand.
 */
export function signJwt(header: JsonObject & { alg: MintAlgorithm }, claims: JsonObject, key: SigningPair): string {
  const input = `${encode(header)}.${encode(claims)}`;
  return `${input}.${signatureOf(header.alg, input, key).toString('base64url')}`;
}

export interface SigningPair {
  /** For `HS256`. */
  readonly secret?: string | undefined;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

const PSS = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };

function signatureOf(alg: MintAlgorithm, input: string, key: SigningPair): Buffer {
  if (alg === 'none') return Buffer.alloc(0);
  if (alg === 'HS256') {
    const secret = key.secret ?? key.publicKey.export({ type: 'spki', format: 'pem' });
    return createHmac('sha256', secret).update(input).digest();
  }
  return sign(`sha${alg.slice(2)}`, Buffer.from(input), { key: key.privateKey, ...(usesPss(alg) && PSS) });
}

export function usesPss(alg: MintAlgorithm): boolean {
  return alg.startsWith('PS');
}

/** Splits a compact JWS; `undefined` if the text is not exactly one. */
export function decodeUnverified(token: string): UnverifiedJwt | undefined {
  const parts = token.split('.');
  const [header, claims, signature] = parts.map(decodePart);
  if (parts.length !== 3 || !header || !claims || !signature) return undefined;
  const headerObject = parseJsonObject(header.toString('utf8'));
  const claimsObject = parseJsonObject(claims.toString('utf8'));
  if (!headerObject || !claimsObject) return undefined;
  return { header: headerObject, claims: claimsObject, signingInput: `${parts[0]}.${parts[1]}`, signature };
}

/** As a DPoP proof must be signed here. */
export function isSignedEs256(jwt: UnverifiedJwt, key: KeyObject): boolean {
  const { header, signingInput, signature } = jwt;
  return (
    header.alg === 'ES256' && verify('sha256', Buffer.from(signingInput), { key, dsaEncoding: 'ieee-p1363' }, signature)
  );
}

export function isSignedRs256(jwt: UnverifiedJwt, key: KeyObject): boolean {
  return jwt.header.alg === 'RS256' && verify('sha256', Buffer.from(jwt.signingInput), key, jwt.signature);
}

/** For the tenant's own tokens, whose algorithm is that of their API. */
export function isSignedWith(alg: MintAlgorithm, jwt: UnverifiedJwt, key: Omit<SigningPair, 'privateKey'>): boolean {
  const { header, signingInput, signature } = jwt;
  if (header.alg !== alg) return false;
  if (alg === 'HS256')
    return createHmac('sha256', key.secret ?? '')
      .update(signingInput)
      .digest()
      .equals(signature);
  const padding = usesPss(alg) ? PSS : {};
  return verify(`sha${alg.slice(2)}`, Buffer.from(signingInput), { key: key.publicKey, ...padding }, signature);
}

function encode(part: JsonObject): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}

/** Accepts canonical base64url only, so that no two texts stand for the same token. */
function decodePart(part: string): Buffer | undefined {
  const bytes = Buffer.from(part, 'base64url');
  return bytes.toString('base64url') === part ? bytes : undefined;
}
