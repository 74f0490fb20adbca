/**
 * The errors of this project. Each has a stable `code` that callers switch on, and its class says who is at fault: the
 * caller, the issuer or the operator. A message never contains a token, password, key or presigned URL.
 */

/** The caller's credential is missing or not valid: 401. */
export const CREDENTIAL_ERROR_CODES = [
  'credential_missing',
  'credential_repeated',
  'credential_malformed',
  'credential_oversized',
  'scheme_unsupported',
  'token_malformed',
  'token_encrypted',
  'algorithm_refused',
  'algorithm_symmetric',
  'key_unknown',
  'signature_invalid',
  'claims_malformed',
  'issuer_mismatch',
  'audience_mismatch',
  'token_expired',
  'token_not_yet_valid',
  'token_type_refused',
  'token_sender_constrained',
  'proof_required',
  'proof_missing',
  'proof_malformed',
  'proof_mismatch',
  'proof_expired',
  'proof_replayed',
  'certificate_required',
  'certificate_missing',
  'certificate_mismatch',
  'organization_refused',
  'token_inactive',
  'token_revoked',
  'username_mismatch',
  'password_wrong',
  'login_refused',
] as const;
export type CredentialErrorCode = (typeof CREDENTIAL_ERROR_CODES)[number];

/** The issuer sent no usable response: 5xx. Never "invalid token", and never an allow. */
export type IssuerErrorCode =
  | 'issuer_unavailable'
  | 'issuer_timeout'
  | 'issuer_throttled'
  | 'issuer_circuit_open'
  | 'issuer_malformed'
  | 'issuer_client_refused'
  | 'issuer_refused';

/** Shared state cannot be read or written, although the operator's configuration requires it: 5xx. */
export type SharedStateErrorCode = 'revocations_unreadable' | 'proofs_unrecordable' | 'expiries_unreadable';

/** The operator's configuration or key is wrong. */
export type ConfigurationErrorCode = 'configuration_invalid' | 'signing_key_invalid';

export abstract class CodedError<Code extends string> extends Error {
  readonly code: Code;

  constructor(code: Code, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
    this.name = new.target.name;
  }
}

/** Thrown when a credential cannot be accepted. */
export class CredentialError extends CodedError<CredentialErrorCode> {}

/** Thrown when a call to the issuer fails, or its response cannot be used. */
export class IssuerError extends CodedError<IssuerErrorCode> {}

/** Thrown when shared state that a decision relies on cannot be read or written. */
export class SharedStateError extends CodedError<SharedStateErrorCode> {}

/** Thrown when the configuration or a key cannot be used. */
export class ConfigurationError extends CodedError<ConfigurationErrorCode> {}

/** Returns whether a thrown value is a CredentialError or IssuerError with this code. */
export function hasCode(error: unknown, code: CredentialErrorCode | IssuerErrorCode): boolean {
  return (error instanceof CredentialError || error instanceof IssuerError) && error.code === code;
}
