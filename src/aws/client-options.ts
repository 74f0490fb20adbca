/** How the SDK's clients wait and repeat: without these they would wait for ever for an answer that does not come. */

export const CLIENT_OPTIONS = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 3000, requestTimeout: 5000, throwOnRequestTimeout: true },
};
