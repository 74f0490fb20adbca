/** Timeouts and retries of the SDK's clients. Without these, a client would wait forever for a response that never comes. */

export const CLIENT_OPTIONS = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 3000, requestTimeout: 5000, throwOnRequestTimeout: true },
};

/** Retries for requests that are denied because the role is new: 7.5 s in all, which is below every function's timeout. */
export const PATIENCE = { waitsMs: [500, 1000, 2000, 4000], most: 10 };
