/** An issuer of access tokens for the benchmarks: one RS256 key, its JWKS, and any number of different tokens. */
import { createPublicKey, type KeyObject } from 'node:crypto';
import type { Jwk } from 'aws-jwt-verify/jwk';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

export const AUDIENCE = 'https://demo.api';
export const SCOPE = 'read:foo';
export const SUBJECT = 'auth0|1234';

export interface BenchIssuer {
  readonly issuer: string;
  readonly jwk: Jwk;
  readonly publicKey: KeyObject;
  /** The text of the JWKS. */
  readonly jwks: string;
  /** Mints different tokens that are valid for an hour. */
  mint(count: number): Promise<readonly [string, ...string[]]>;
}

/** @param issuer with its trailing slash, since it is compared exactly */
export async function createIssuer(issuer: string): Promise<BenchIssuer> {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kty: 'RSA', kid: 'issuer-1', alg: 'RS256', use: 'sig' as const };
  const mintOne = (number: number) =>
    new SignJWT({ scope: SCOPE, azp: 'client-1' })
      .setProtectedHeader({ alg: 'RS256', kid: jwk.kid, typ: 'JWT' })
      .setIssuer(issuer)
      .setSubject(SUBJECT)
      .setAudience(AUDIENCE)
      .setJti(`token-${number}`)
      .setIssuedAt()
      .setExpirationTime('1h')
      .sign(privateKey);
  return {
    issuer,
    jwk,
    publicKey: createPublicKey({ key: { ...jwk }, format: 'jwk' }),
    jwks: JSON.stringify({ keys: [jwk] }),
    mint: async (count) => [
      await mintOne(0),
      ...(await Promise.all(Array.from({ length: count - 1 }, (_, i) => mintOne(i + 1)))),
    ],
  };
}

/** The server's response for an active opaque token. */
export function introspectionResponse(issuer: string): string {
  const now = Math.floor(Date.now() / 1000);
  return JSON.stringify({
    active: true,
    token_type: 'Bearer',
    scope: SCOPE,
    client_id: 'client-1',
    iat: now,
    exp: now + 3600,
    sub: SUBJECT,
    aud: AUDIENCE,
    iss: issuer,
  });
}

/** Returns one item after the other, and starts again at the end. */
export function inTurn<Item>(items: readonly [Item, ...Item[]]): () => Item {
  let next = 0;
  return () => {
    const item = items[next % items.length] ?? items[0];
    next += 1;
    return item;
  };
}
