/** Verifies the DPoP proof of a token request (RFC 9449 section 4.3). Until its signature is checked, nothing in it is trusted. */
import { createHash, createPublicKey, type JsonWebKey, type KeyObject, randomBytes } from 'node:crypto';
import { isJsonObject, Refusal } from './http.ts';
import { decodeUnverified, isSignedEs256 } from './jwt.ts';
import { oauthError } from './oauth-error.ts';
import type { JsonObject } from './records.ts';

/** The only algorithm that the metadata of real tenants names. */
export const PROOF_ALGORITHM = 'ES256';
/** How far `iat` may be from this tenant's clock, in both directions. */
const TOLERANCE_SECONDS = 60;
const PRIVATE_MEMBERS = ['d', 'k'];

export interface ProofRequest {
  readonly proof: string;
  readonly method: string;
  /** The URL of the endpoint, without query and fragment. */
  readonly url: string;
  /** Whether the proof must hold the tenant's nonce. Real tenants require it of public clients. */
  readonly requiresNonce: boolean;
}

export class DpopProofVerifier {
  readonly #nowSeconds: () => number;
  readonly #nonce = randomBytes(18).toString('base64url');
  /** The `jti`s of each key, with the second from which they may be forgotten. */
  readonly #used = new Map<string, number>();

  constructor(now: () => number) {
    this.#nowSeconds = () => now() / 1000;
  }

  /** Returns the thumbprint of the proof's key. @throws {Refusal} 400 `invalid_dpop_proof` or `use_dpop_nonce` */
  verify({ proof, method, url, requiresNonce }: ProofRequest): string {
    const jwt = decodeUnverified(proof);
    if (!jwt) throw invalidProof('it must be exactly one signed JWT');
    const { typ, alg, jwk, crit } = jwt.header;
    refuseUnless(typ === 'dpop+jwt' && crit === undefined, 'typ must be dpop+jwt');
    refuseUnless(alg === PROOF_ALGORITHM, `alg must be ${PROOF_ALGORITHM}`);
    const key = readKey(jwk);
    refuseUnless(isSignedEs256(jwt, key), 'the signature is wrong');
    const { htm, htu, iat, jti, nonce } = jwt.claims;
    refuseUnless(htm === method && withoutQuery(htu) === url, 'htm and htu must name this request');
    const isRecent = typeof iat === 'number' && Math.abs(this.#nowSeconds() - iat) <= TOLERANCE_SECONDS;
    refuseUnless(isRecent, `iat must be within ${TOLERANCE_SECONDS} seconds`);
    if ((requiresNonce || nonce !== undefined) && nonce !== this.#nonce) throw this.#nonceRefusal();
    const thumbprint = thumbprintOf(key);
    this.#spend(jti, thumbprint);
    return thumbprint;
  }

  #spend(jti: unknown, thumbprint: string): void {
    refuseUnless(typeof jti === 'string' && jti !== '', 'jti is missing');
    const nowSeconds = this.#nowSeconds();
    for (const [key, untilSeconds] of this.#used) if (untilSeconds < nowSeconds) this.#used.delete(key);
    const key = JSON.stringify([thumbprint, jti]);
    refuseUnless(!this.#used.has(key), 'jti has been used before');
    this.#used.set(key, nowSeconds + 2 * TOLERANCE_SECONDS);
  }

  #nonceRefusal(): Refusal {
    const { reply } = oauthError(400, 'use_dpop_nonce', 'The DPoP proof must have the nonce of this server.');
    return new Refusal({ ...reply, headers: { 'dpop-nonce': this.#nonce } });
  }
}

/** The thumbprint of a public key (RFC 7638), as `cnf.jkt` holds it. */
export function thumbprintOf(key: KeyObject): string {
  const { crv, kty, x, y } = key.export({ format: 'jwk' });
  return createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
}

function readKey(jwk: unknown): KeyObject {
  if (!isJsonObject(jwk) || PRIVATE_MEMBERS.some((member) => member in jwk))
    throw invalidProof('jwk must be a public key');
  const key = importKey(jwk);
  if (key?.asymmetricKeyDetails?.namedCurve !== 'prime256v1') throw invalidProof('jwk must be a key for ES256');
  return key;
}

function importKey(jwk: JsonObject): KeyObject | undefined {
  try {
    return createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' });
  } catch {
    return undefined;
  }
}

function withoutQuery(htu: unknown): string | undefined {
  if (typeof htu !== 'string' || !URL.canParse(htu)) return undefined;
  const { origin, pathname } = new URL(htu);
  return `${origin}${pathname}`;
}

function refuseUnless(condition: boolean, rule: string): void {
  if (!condition) throw invalidProof(rule);
}

function invalidProof(rule: string): Refusal {
  return oauthError(400, 'invalid_dpop_proof', `The DPoP proof was refused: ${rule}.`);
}
