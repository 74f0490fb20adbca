/** Explains the reason codes of refused credentials in words. */
import type { CredentialErrorCode } from '../core/errors.ts';

export const CREDENTIAL_REASONS: Readonly<Record<CredentialErrorCode, string>> = {
  credential_missing: 'there is no Authorization header',
  credential_repeated: 'there is more than one Authorization header',
  credential_malformed: 'a Bearer token may only hold the characters of RFC 6750',
  credential_oversized: 'the credential is longer than any real one',
  scheme_unsupported: 'only Bearer and Basic are accepted',
  token_malformed: 'it has three parts like a JWT, but is not one',
  algorithm_refused: 'it is signed with an algorithm that is not accepted',
  key_unknown: "it is signed with a key that is not among the tenant's",
  signature_invalid: 'its signature does not match',
  claims_malformed: 'a claim is missing or of the wrong type',
  issuer_mismatch: 'it is from another issuer',
  audience_mismatch: 'it is for another API',
  token_expired: 'it has expired',
  token_not_yet_valid: 'it is not valid yet',
  token_type_refused: 'tokens of its type, such as refresh and ID tokens, are not credentials',
  token_sender_constrained: 'it is bound to a key, and no proof of possession reaches the authorizer',
  token_inactive: 'the tenant does not report it as active',
  token_revoked: 'it was issued before its user was revoked',
  username_mismatch: 'it belongs to another user than the one named',
  password_wrong: 'the password is wrong',
  login_refused: 'the tenant does not let this user log in',
};
