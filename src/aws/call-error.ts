/** The error of a call to AWS that was signed here. It holds a name only: nothing of the request, and no message of AWS. */

/**
 * Thrown when a call has no usable response. Its name is AWS's own, such as `AccessDeniedException`, or one of these: `TimeoutError`,
 * `ConnectionError`, `MalformedResponse`, `RegionMissing`, `CredentialsMissing`, `EndpointInvalid`.
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
