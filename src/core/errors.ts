/**
 * The errors of this project: one base class, a stable `code` in each, and a class for each party that is to blame.
 * Callers switch on `code`; no message ever holds a token, password, key or presigned URL.
 */

/** The caller's credential proves nothing: answered 401. */
export type CredentialErrorCode =
  | 'credential_missing'
  | 'credential_repeated'
  | 'credential_malformed'
  | 'credential_oversized'
  | 'scheme_unsupported'
  | 'token_malformed'
  | 'algorithm_refused'
  | 'key_unknown'
  | 'signature_invalid'
  | 'claims_malformed'
  | 'issuer_mismatch'
  | 'audience_mismatch'
  | 'token_expired'
  | 'token_not_yet_valid'
  | 'token_type_refused'
  | 'token_sender_constrained'
  | 'token_inactive'
  | 'username_mismatch'
  | 'password_wrong'
  | 'login_refused';

/** The authorization server did not give a usable answer: answered 5xx, never "invalid token" and never an allow. */
export type IssuerErrorCode =
  | 'issuer_unavailable'
  | 'issuer_timeout'
  | 'issuer_throttled'
  | 'issuer_circuit_open'
  | 'issuer_malformed'
  | 'issuer_client_refused'
  | 'issuer_refused';

/** What the operator has set up is wrong. */
export type ConfigurationErrorCode = 'configuration_invalid' | 'signing_key_invalid';

export abstract class CodedError<Code extends string> extends Error {
  readonly code: Code;

  constructor(code: Code, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
    this.name = new.target.name;
  }
}

/** Thrown when a credential cannot be accepted, whoever found out. */
export class CredentialError extends CodedError<CredentialErrorCode> {}

/** Thrown when the authorization server could not be asked, or answered what cannot be used. */
export class IssuerError extends CodedError<IssuerErrorCode> {}

/** Thrown when configuration or key material is not what this software needs. */
export class ConfigurationError extends CodedError<ConfigurationErrorCode> {}

/** Says whether something thrown is a CredentialError or IssuerError with this code. */
export function hasCode(error: unknown, code: CredentialErrorCode | IssuerErrorCode): boolean {
  return (error instanceof CredentialError || error instanceof IssuerError) && error.code === code;
}
