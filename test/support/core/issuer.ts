/** An issuer of JWTs that shares no code with the verifier: keys and signatures come from `jose`. */
import type { webcrypto } from 'node:crypto';
import { CompactSign, exportJWK, generateKeyPair, type JWK } from 'jose';
import type { Expectations } from '../../../src/issuer/claims.ts';
import { type FrozenClock, NOW_SECONDS } from './clock.ts';

export const ISSUER = 'https://tenant.example/';
export const AUDIENCE = 'https://demo.api';
export const JWKS_URL = `${ISSUER}.well-known/jwks.json`;

export interface IssuerKey {
  readonly kid: string;
  readonly algorithm: string;
  readonly privateKey: webcrypto.CryptoKey;
  /** In the form of the issuer's JWKS. */
  readonly publicJwk: JWK;
}

export async function makeIssuerKey(kid: string, algorithm = 'RS256'): Promise<IssuerKey> {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
  return {
    kid,
    algorithm,
    privateKey,
    publicJwk: { ...(await exportJWK(publicKey)), kid, alg: algorithm, use: 'sig' },
  };
}

/** The claims of a valid access token, with changes; a claim set to `undefined` is left out. */
export function accessTokenClaims(changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    iss: ISSUER,
    sub: 'auth0|1234',
    aud: AUDIENCE,
    iat: NOW_SECONDS,
    exp: NOW_SECONDS + 3600,
    scope: 'read:foo',
    azp: 'client-1',
    ...changes,
  };
}

/** Mints an access token that is valid except for the changes. */
export async function mint(
  key: IssuerKey,
  claims: Readonly<Record<string, unknown>> = {},
  header: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  return mintPayload(key, JSON.stringify(accessTokenClaims(claims)), header);
}

/** Signs any text as the payload. */
export async function mintPayload(key: IssuerKey, payload: string, header: Readonly<Record<string, unknown>> = {}) {
  const protectedHeader = { alg: key.algorithm, kid: key.kid, typ: 'JWT', ...header };
  const understood = Object.fromEntries(criticalNames(header.crit).map((name) => [name, true]));
  return new CompactSign(new TextEncoder().encode(payload))
    .setProtectedHeader(protectedHeader)
    .sign(key.privateKey, { crit: understood });
}

/** Creates a compact JWS by hand, for tokens that an honest library refuses to make. */
export function forge(header: unknown, claims: unknown, sign: (signingInput: string) => Uint8Array | string): string {
  const signingInput = `${base64url(JSON.stringify(header))}.${base64url(JSON.stringify(claims))}`;
  return `${signingInput}.${base64url(sign(signingInput))}`;
}

export function expectations(clock: FrozenClock, clockToleranceSeconds = 0): Expectations {
  return { issuer: ISSUER, audiences: [AUDIENCE], clock: clock.read, clockToleranceSeconds };
}

function criticalNames(crit: unknown): readonly string[] {
  return Array.isArray(crit) ? crit : [];
}

function base64url(value: Uint8Array | string): string {
  return Buffer.from(value).toString('base64url');
}
