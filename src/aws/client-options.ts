/** Timeouts and retries of the SDK's clients. Without these, a client would wait forever for a response that never comes. */

export const CLIENT_OPTIONS = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 3000, requestTimeout: 5000, throwOnRequestTimeout: true },
};
