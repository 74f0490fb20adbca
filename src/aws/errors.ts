/** The errors of calls to AWS. They contain the names of the SDK's errors, but not their messages. */
import { CodedError } from '../core/errors.ts';

export type AwsErrorCode =
  | 'secret_unreadable'
  | 'secret_unwritable'
  /** The table does not exist yet, or no longer. */
  | 'state_missing'
  | 'state_unreadable'
  | 'state_unwritable'
  | 'deployments_unreadable'
  | 'stack_unreadable'
  | 'function_failed'
  /** A log cannot be read. */
  | 'logs_unreadable'
  /** A log cannot be read now. A later attempt may succeed. */
  | 'logs_busy'
  /** A message could not be sent to the revocation queue. */
  | 'queue_unwritable'
  /** The operator's event bus did not accept an event. */
  | 'event_unsent'
  /** API Gateway did not flush the cache of a stage. */
  | 'flush_failed';

/** Thrown when a call to AWS fails. The cause is not kept, because the SDK's errors may contain the request. */
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

/** The name of the SDK's error. Nothing else of it may be shown. */
export function errorName(thrown: unknown): string {
  return thrown instanceof Error && /^\w{1,80}$/.test(thrown.name) ? thrown.name : 'an error without a name';
}

/**
 * Thrown when a call that was signed here has no usable response. It holds nothing of the request, and no message of AWS. Its name is
 * AWS's own, such as `AccessDeniedException`, or one of these: `TimeoutError`, `ConnectionError`, `MalformedResponse`, `RegionMissing`,
 * `CredentialsMissing`, `EndpointInvalid`.
 */
export class AwsCallError extends Error {
  constructor(name: string) {
    super(`The call to AWS failed: ${name}.`);
    this.name = name;
  }
}

const THROTTLES: ReadonlySet<string> = new Set([
  'LimitExceededException',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
]);

/** Whether an error's name says that there were too many requests. */
export function isThrottle(name: string): boolean {
  return THROTTLES.has(name);
}
