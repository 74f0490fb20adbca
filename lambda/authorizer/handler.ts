/**
 * The authorizer's Lambda function. It reads its configuration from the environment, and its keys from Secrets Manager and the issuer
 * before the first request. Keys and principals stay cached as long as the execution environment lives.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { composeAuthorizer } from '../../src/authorizer/compose.ts';
import type { AuthorizerAws } from '../../src/aws/authorizer-aws.ts';

import { createHttpsClient } from '../../src/http/https-client.ts';
import { readConfiguration } from './configuration.ts';
import { createHandler } from './create-handler.ts';
import { functionPorts } from './function-ports.ts';

// biome-ignore lint/style/noProcessEnv: the function's only configuration, the folder of its code, and its credentials.
const environment = process.env;
const { CONFIG = '', LAMBDA_TASK_ROOT = '' } = environment;
const configuration = readConfiguration(CONFIG, (name) => readFileSync(join(LAMBDA_TASK_ROOT, name), 'utf8'));

const processPorts = {
  http: createHttpsClient().send,
  clock: Date.now,
  sleep: (milliseconds: number) => sleep(milliseconds),
  random: Math.random,
};

let loadedAws: Promise<AuthorizerAws> | undefined;
/** Evaluated on first use, because a request with a JWT needs AWS only with `revokeJwts`. */
function aws(): Promise<AuthorizerAws> {
  loadedAws ??= import('../../src/aws/authorizer-aws.ts').then(({ createAuthorizerAws }) =>
    createAuthorizerAws({ ...processPorts, environment }),
  );
  return loadedAws;
}

const { ports, prefetchForJwts, prefetch } = functionPorts(configuration, aws, processPorts);
const authorizer = composeAuthorizer(configuration, ports);

/**
 * Straight to standard output: with the log format JSON, `console.log` would put the line into another object as text, and
 * CloudWatch would find no metrics in it.
 */
const writeLine = (line: string) => process.stdout.write(`${line}\n`);

/** Resolves when the early reads have succeeded or failed. Never rejects: the request that needs a value reads it again. */
export const ready = readEarly();

/** The secrets come second, in a turn of their own: a JWT needs only the issuer's keys, and every new connection takes computing time. */
async function readEarly(): Promise<void> {
  await Promise.all([authorizer.prefetch(), prefetchForJwts()]);
  await nextTurn();
  await prefetch();
}

export const handler = createHandler(configuration, ports, writeLine, authorizer);
