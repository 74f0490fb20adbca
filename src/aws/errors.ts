/** What can go wrong between this software and AWS. The SDK's own words stay out: only the name of its error is passed on. */
import { CodedError } from '../core/errors.ts';

export type AwsErrorCode =
  | 'secret_unreadable'
  | 'secret_unwritable'
  /** There is no such table, or not yet, or no longer. */
  | 'state_missing'
  | 'state_unreadable'
  | 'state_unwritable'
  | 'deployments_unreadable'
  | 'stack_unreadable'
  | 'function_failed';

/** Thrown when AWS cannot be asked, or refuses. The cause is not kept: the SDK's errors may carry the request. */
export class AwsError extends CodedError<AwsErrorCode> {}

/**
 * Makes the error for a request that failed.
 *
 * @param what such as `The secret a/b cannot be read`
 */
export function awsError(code: AwsErrorCode, what: string, thrown: unknown): AwsError {
  return new AwsError(
    code,
    `${what}: got ${errorName(thrown)}. Check that it exists in this account and region, and that the function's role may use it and its key.`,
  );
}

/** The name of the SDK's error, which is all of it that may be shown. */
export function errorName(thrown: unknown): string {
  return thrown instanceof Error && /^\w{1,80}$/.test(thrown.name) ? thrown.name : 'an error without a name';
}
