/** The errors of the command line itself. Other errors come from the folders that it uses. */
import { CodedError } from '../core/errors.ts';

export type CliErrorCode =
  /** The command line or a setting is wrong. */
  | 'usage'
  /** Ctrl-C. */
  | 'interrupted'
  /** The tenant does not have what the command line names. */
  | 'not_found'
  /** A file cannot be read or written. */
  | 'file_unusable'
  /** Standard output is full or closed. */
  | 'output_unusable'
  /** The signing key cannot be read. */
  | 'key_unreadable'
  /** The user declined the confirmation. */
  | 'declined'
  /** At least one check failed. */
  | 'checks_failed'
  /** The key rotation function did not confirm a revocation. */
  | 'revocation_unconfirmed'
  /** An app specific password was deleted, but the deployment could not be told. */
  | 'revocation_unsent';

/** Has a message for the user: what failed, what was expected, and the fix. Never holds a secret. */
export class CliError extends CodedError<CliErrorCode> {}

export function usageError(message: string): CliError {
  return new CliError('usage', message);
}

export function interrupted(): CliError {
  return new CliError('interrupted', 'Interrupted.');
}
