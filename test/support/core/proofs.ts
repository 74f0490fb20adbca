/** DPoP proofs as a client makes them. Keys and signatures come from `jose`, and share no code with the verifier. */
import { createHash } from 'node:crypto';
import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import type { ProofTable } from '../../../src/shared-state/ports.ts';
import { TableError } from '../../../src/shared-state/ports.ts';
import { NOW_SECONDS } from './clock.ts';

export interface ProofKey {
  readonly algorithm: string;
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
  /** `jkt`. */
  readonly thumbprint: string;
}

export async function makeProofKey(algorithm = 'ES256'): Promise<ProofKey> {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
  const jwk = await exportJWK(publicKey);
  return { algorithm, privateKey, jwk, thumbprint: await calculateJwkThumbprint(jwk) };
}

export interface ProofChanges {
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly header?: Readonly<Record<string, unknown>>;
}

export const PROOF_URL = 'https://api.example.com/prod/foo';

let proofs = 0;

/** Makes a proof for `GET PROOF_URL` with a token, with changes. */
export function makeProof(key: ProofKey, token: string, { claims = {}, header = {} }: ProofChanges = {}) {
  proofs += 1;
  const ath = createHash('sha256').update(token).digest('base64url');
  return new SignJWT({ jti: `proof-${proofs}`, htm: 'GET', htu: PROOF_URL, iat: NOW_SECONDS, ath, ...claims })
    .setProtectedHeader({ typ: 'dpop+jwt', alg: key.algorithm, jwk: key.jwk, ...header })
    .sign(key.privateKey);
}

/** A table of proofs in memory that can be out of order. */
export class ScriptedProofTable implements ProofTable {
  readonly items = new Map<string, number>();
  isBroken = false;
  calls = 0;

  async add(id: string, expiresAt: number): Promise<boolean> {
    this.calls += 1;
    if (this.isBroken) throw new TableError('throttled', 'The table cannot be used.');
    const isNew = !this.items.has(id);
    if (isNew) this.items.set(id, expiresAt);
    return isNew;
  }
}
