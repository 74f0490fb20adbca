/** What ends a command early by its own doing; everything else that is thrown comes from the rooms below. */
import { CodedError } from '../core/errors.ts';

export type CliErrorCode =
  /** The command line, or a setting, is not one that can be worked with. */
  | 'usage'
  /** Ctrl-C. */
  | 'interrupted'
  /** There is no such thing in the tenant. */
  | 'not_found'
  /** A file cannot be read or written as wanted. */
  | 'file_unusable'
  /** Standard output takes nothing, or nobody reads it. */
  | 'output_unusable'
  /** There is no signing key where it should be. */
  | 'key_unreadable'
  /** The user said no. */
  | 'declined'
  /** Checks were made and not all passed. */
  | 'checks_failed';

/** Thrown with a message for the user: what, got, expected, the mend. Never holds a secret. */
export class CliError extends CodedError<CliErrorCode> {}

export function usageError(message: string): CliError {
  return new CliError('usage', message);
}

export function interrupted(): CliError {
  return new CliError('interrupted', 'Interrupted.');
}
