/** Keys of principal tokens, and a backend that shares no code with us: it verifies with `jose`. */
import { createLocalJWKSet, type JWTVerifyOptions, jwtVerify } from 'jose';
import {
  generatePrincipalKey,
  type PrincipalKeyPairs,
  publicPrincipalJwk,
} from '../../../src/principal-token/key-pairs.ts';

export const TOKEN_ISSUER = 'https://abc.execute-api.eu-west-1.amazonaws.com/prod/';
export const TOKEN_AUDIENCE = 'https://backend.example';
/** For a gateway that caches for five minutes. */
export const PRINCIPAL_TOKEN = {
  keySecret: 'principal-keys',
  issuer: TOKEN_ISSUER,
  audience: TOKEN_AUDIENCE,
  gatewayTtlSeconds: 300,
};

export function makePrincipalKeys(): PrincipalKeyPairs {
  return [generatePrincipalKey(), generatePrincipalKey()];
}

/** What a backend knows of the keys. */
export function jwksOf(keys: PrincipalKeyPairs) {
  return { keys: keys.map((key) => ({ ...publicPrincipalJwk(key) })) };
}

/** Verifies as docs/backend.md says. */
export function verifyAsBackend(token: string, keys: PrincipalKeyPairs, nowMs: number, changes: JWTVerifyOptions = {}) {
  return jwtVerify(token, createLocalJWKSet(jwksOf(keys)), {
    issuer: TOKEN_ISSUER,
    audience: TOKEN_AUDIENCE,
    typ: 'principal+jwt',
    algorithms: ['ES256'],
    currentDate: new Date(nowMs),
    ...changes,
  });
}
