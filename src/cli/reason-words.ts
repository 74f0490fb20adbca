/** Explains the reason codes of decisions in words. */
import type { Decision } from '../authorizer/decision.ts';
import type { CredentialErrorCode } from '../core/errors.ts';

export const CREDENTIAL_REASONS: Readonly<Record<CredentialErrorCode, string>> = {
  credential_missing: 'there is no Authorization header',
  credential_repeated: 'there is more than one Authorization header',
  credential_malformed: 'a Bearer token may only hold the characters of RFC 6750',
  credential_oversized: 'the credential is longer than any real one',
  scheme_unsupported: 'only Bearer, DPoP and Basic are accepted',
  token_malformed: 'it has three parts like a JWT, but is not one',
  token_encrypted: 'it is encrypted, so only its recipient could read it',
  algorithm_refused: 'it is signed with an algorithm that is not accepted',
  algorithm_symmetric: 'it is signed with a shared secret; set the signing algorithm of the API to RS256 or PS256',
  key_unknown: "it is signed with a key that is not among the tenant's",
  signature_invalid: 'its signature does not match',
  claims_malformed: 'a claim is missing or of the wrong type',
  issuer_mismatch: 'it is from another issuer',
  audience_mismatch: 'it is for another API',
  token_expired: 'it has expired',
  token_not_yet_valid: 'it is not valid yet',
  token_type_refused: 'tokens of its type, such as refresh and ID tokens, are not credentials',
  token_sender_constrained: 'it is bound to a key or certificate, and the caller did not prove that it holds it',
  proof_required: 'only tokens with a DPoP proof are accepted',
  proof_missing: 'there is no DPoP proof, or the token is not bound to a key',
  proof_malformed: 'the DPoP proof is not a valid proof JWT',
  proof_mismatch: 'the DPoP proof is for another method, URL, token or key',
  proof_expired: 'the DPoP proof is too old, or from the future',
  proof_replayed: 'the DPoP proof was used before',
  certificate_required: 'only tokens that are bound to a client certificate are accepted',
  certificate_missing: 'it is bound to a client certificate, and the request came without one',
  certificate_mismatch: 'it is bound to another client certificate',
  organization_refused: 'it is for no organization, or for one that is not allowed',
  token_inactive: 'the tenant does not report it as active',
  token_revoked: 'it was issued before its user was revoked',
  username_mismatch: 'it belongs to another user than the one named',
  password_wrong: 'the password is wrong',
  login_refused: 'the tenant does not let this user log in',
};

/** The reason codes of all other refusals: those of 403 and of 503. */
type OtherReason = Extract<Decision, { readonly outcome: 'deny' | 'unavailable' }>['reason'];

const OTHER_REASONS: Readonly<Record<OtherReason, string>> = {
  scope_missing: 'the credential is valid, but lacks a scope that the route requires',
  route_unknown: 'the credential is valid, but the configured routes do not include this one',
  issuer_unavailable: 'the tenant, or Secrets Manager, did not respond',
  issuer_timeout: 'the tenant did not respond in time',
  issuer_throttled: 'the rate limit of the tenant is used up, or nearly',
  issuer_circuit_open: 'calls to the tenant pause after several outages in a row',
  issuer_malformed: 'the response of the tenant cannot be used',
  issuer_client_refused: 'the tenant refuses our key or client',
  issuer_refused: 'the tenant refuses the request',
  revocations_unreadable: 'the table of revocation marks cannot be read',
  proofs_unrecordable: 'the DPoP proof cannot be recorded, so a replay could not be told from it',
  expiries_unreadable: 'the table of expiries cannot be read, so the password could have expired',
  configuration_invalid: 'the configuration of the authorizer is wrong',
  signing_key_invalid: 'the signing key cannot be used',
};

const WORDS: ReadonlyMap<string, string> = new Map(Object.entries({ ...CREDENTIAL_REASONS, ...OTHER_REASONS }));

/** Explains a reason code from a log; `undefined` if it is not one that this version knows. */
export function wordsOf(reason: string): string | undefined {
  return WORDS.get(reason);
}
