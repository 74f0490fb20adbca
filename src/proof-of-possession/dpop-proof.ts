/**
 * Verifies a DPoP proof: a JWT that the caller has signed for this one request, with the key that is in its header. Until the signature
 * is verified, all of it is unverified. Afterwards it says only that the caller holds this key.
 */
import { hash, type KeyObject } from 'node:crypto';
import { CredentialError } from '../core/errors.ts';
import { isJsonObject, type JsonObject, parseJson } from '../core/json.ts';
import { COMPACT_JWS } from '../jws/compact-jws.ts';
import { algorithmsOf, isSignatureOf } from '../jws/signature-algorithms.ts';
import { importSoundKey } from '../jws/sound-public-key.ts';
import { thumbprintOf } from '../signing-key/thumbprint.ts';
import { isSameUrl } from './request-url.ts';

/** The request that a proof must be for. */
export interface ProofExpectations {
  readonly method: string;
  /** As the caller sees it; `undefined` if the event does not say. */
  readonly url: string | undefined;
  /** The access token. */
  readonly token: string;
  /** Epoch milliseconds. */
  readonly nowMs: number;
}

/** A proof whose signature matches the key in it, for this request. */
export interface DpopProof {
  /** The SHA-256 thumbprint of the key. */
  readonly jwkThumbprint: string;
  /** Unique for the key. */
  readonly jti: string;
  /** From this time on, the proof is refused for its age. Epoch milliseconds. */
  readonly expiresAtMs: number;
}

const MAXIMUM_LENGTH = 6144;
/** A proof is made for one request, so its age is that of the request, plus how wrong the clock of a device may be. */
const MAXIMUM_AGE_MS = 300_000;
const MAXIMUM_LEAD_MS = 30_000;
const MAXIMUM_JTI_LENGTH = 512;
/** RFC 7518 sections 6.2.2 and 6.3.2. */
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth'];

/**
 * Verifies a proof. There is no nonce, because API Gateway's 401 could not carry one.
 *
 * @throws CredentialError `proof_malformed`, `proof_mismatch` or `proof_expired`
 * @see RFC 9449 section 4.3
 */
export function verifyProof(proof: string, { method, url, token, nowMs }: ProofExpectations): DpopProof {
  const [, unverifiedHeader = '', unverifiedPayload = '', signature = ''] =
    (proof.length <= MAXIMUM_LENGTH && COMPACT_JWS.exec(proof)) || [];
  const { key, algorithm } = keyIn(objectIn(unverifiedHeader));
  if (!isSignatureOf(key, algorithm, `${unverifiedHeader}.${unverifiedPayload}`, Buffer.from(signature, 'base64url')))
    throw malformed('its signature does not match');
  const { jti, htm, htu, iat, ath } = objectIn(unverifiedPayload);
  if (typeof jti !== 'string' || jti === '' || jti.length > MAXIMUM_JTI_LENGTH)
    throw malformed('"jti" is not a string of 1 to 512 characters');
  if (typeof iat !== 'number') throw malformed('"iat" is not a number');
  if (htm !== method) throw proofMismatch('"htm" is not the method of the request');
  if (url === undefined)
    throw proofMismatch('"htu" cannot be checked, because the event does not say the URL; set "publicUrl"');
  if (typeof htu !== 'string' || !isSameUrl(htu, url)) throw proofMismatch('"htu" is not the URL of the request');
  if (ath !== hash('sha256', token, 'base64url')) throw proofMismatch('"ath" is not the digest of the token');
  const expiresAtMs = iat * 1000 + MAXIMUM_AGE_MS;
  if (!(nowMs < expiresAtMs && iat * 1000 <= nowMs + MAXIMUM_LEAD_MS)) {
    throw new CredentialError('proof_expired', 'Expected an "iat" less than 300 s ago and at most 30 s ahead.');
  }
  return { jwkThumbprint: thumbprintOf(key), jti, expiresAtMs };
}

function objectIn(part: string): JsonObject {
  const value = parseJson(Buffer.from(part, 'base64url').toString());
  if (!isJsonObject(value)) throw malformed('it is not a JWS in compact form with a JSON payload');
  return value;
}

/** The key that the header holds, and the algorithm that it names. */
function keyIn({ typ, alg, jwk, crit }: JsonObject): { readonly key: KeyObject; readonly algorithm: string } {
  if (typ !== 'dpop+jwt') throw malformed('"typ" is not "dpop+jwt"');
  if (crit !== undefined) throw malformed('it has critical extensions');
  // A private key in a header is no longer a secret.
  if (!isJsonObject(jwk) || PRIVATE_MEMBERS.some((name) => name in jwk)) throw malformed('"jwk" is not a public key');
  if (typeof alg !== 'string' || !algorithmsOf(jwk).includes(alg)) throw malformed('"alg" does not fit "jwk"');
  const key = importSoundKey(jwk);
  if (!key) throw malformed('"jwk" is not a sound key');
  return { key, algorithm: alg };
}

function malformed(what: string): CredentialError {
  return new CredentialError('proof_malformed', `The DPoP proof cannot be used: ${what}.`);
}

/** Exported for `cnf.jkt`, which is compared elsewhere. */
export function proofMismatch(what: string): CredentialError {
  return new CredentialError('proof_mismatch', `The DPoP proof does not match: ${what}.`);
}
