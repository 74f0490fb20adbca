/** A key of the demonstration's caller, and the DPoP proofs that it signs (RFC 9449 section 4.2). */
import { generateKeyPairSync, hash, randomUUID, sign } from 'node:crypto';
import { thumbprintOf } from './tenant/dpop-proof.ts';

export interface ProvenRequest {
  readonly method: string;
  /** As the caller sees it. */
  readonly url: string;
  /** The access token. */
  readonly token: string;
  /** Epoch milliseconds. */
  readonly nowMs: number;
}

export class DemoKey {
  readonly #keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });

  /** As `cnf.jkt` holds it. */
  get thumbprint(): string {
    return thumbprintOf(this.#keys.publicKey);
  }

  /** Makes a proof, which is for one use. */
  proofFor({ method, url, token, nowMs }: ProvenRequest): string {
    const header = { typ: 'dpop+jwt', alg: 'ES256', jwk: this.#keys.publicKey.export({ format: 'jwk' }) };
    const iat = Math.floor(nowMs / 1000);
    const claims = { jti: randomUUID(), htm: method, htu: url, iat, ath: hash('sha256', token, 'base64url') };
    const input = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
    const key = { key: this.#keys.privateKey, dsaEncoding: 'ieee-p1363' } as const;
    return `${input}.${sign('sha256', Buffer.from(input), key).toString('base64url')}`;
  }
}
