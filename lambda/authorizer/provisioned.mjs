/**
 * Starts the authorizer under provisioned concurrency: the initialization waits for the early reads, so that the first request finds
 * their results. Only an ES module can wait while it is loaded. An environment that starts on demand does not wait, because a
 * request is waiting for it.
 */
import authorizer from './index.js';

// biome-ignore lint/style/noProcessEnv: set by Lambda.
if (process.env.AWS_LAMBDA_INITIALIZATION_TYPE === 'provisioned-concurrency') await authorizer.ready;

export const { handler } = authorizer;
