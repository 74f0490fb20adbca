/** A DPoP client for tests: a key, and proofs by jose with any flaw. Frozen clocks need this; the package `dpop` uses the real time. */
import { createHash, randomUUID } from 'node:crypto';
import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';

export interface DpopKey {
  readonly alg: string;
  readonly privateKey: CryptoKey;
  /** The public key. */
  readonly jwk: JWK;
  /** As `cnf.jkt` holds it. */
  readonly thumbprint: string;
}

export async function newDpopKey(alg = 'ES256'): Promise<DpopKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = await exportJWK(publicKey);
  return { alg, privateKey, jwk, thumbprint: await calculateJwkThumbprint(jwk) };
}

export interface ProofFor {
  readonly method: string;
  readonly url: string;
  /** Epoch milliseconds. */
  readonly nowMs: number;
  /** The access token that goes with the proof. @default none, as at a token endpoint */
  readonly token?: string;
  /** Merged over the claims of a good proof; `undefined` removes a claim. */
  readonly claims?: Readonly<Record<string, unknown>>;
  /** Merged over the header of a good proof. */
  readonly header?: Readonly<Record<string, unknown>>;
}

/** Signs a proof, which is good except for the changes. */
export function proofOf(key: DpopKey, { method, url, nowMs, token, claims, header }: ProofFor): Promise<string> {
  const ath = token === undefined ? {} : { ath: createHash('sha256').update(token).digest('base64url') };
  const usual = { jti: randomUUID(), htm: method, htu: url, iat: Math.floor(nowMs / 1000), ...ath };
  return new SignJWT(JSON.parse(JSON.stringify({ ...usual, ...claims })))
    .setProtectedHeader({ alg: key.alg, typ: 'dpop+jwt', jwk: key.jwk, ...header })
    .sign(key.privateKey);
}
