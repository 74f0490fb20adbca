/**
 * The authorizer's Lambda function. It reads its configuration from the environment, and its keys from Secrets Manager on
 * first use. Keys and principals stay cached as long as the execution environment lives.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AuthorizerPorts } from '../../src/authorizer/compose.ts';
import { parseAuthorizerConfiguration } from '../../src/config/authorizer-configuration.ts';
import { createHttpsClient } from '../../src/http/https-client.ts';
import { createHandler } from './create-handler.ts';

// biome-ignore lint/style/noProcessEnv: the function's only configuration, and the folder of its code.
const { CONFIG = '', LAMBDA_TASK_ROOT = '' } = process.env;
const configuration = parseAuthorizerConfiguration(CONFIG, (name) =>
  readFileSync(join(LAMBDA_TASK_ROOT, name), 'utf8'),
);
const { signingKeySecret, passwordGrantSecret } = configuration;

/** Loaded on first use, because a request with a JWT needs nothing of the AWS SDK. */
const secrets = () => import('../../src/aws/authorizer-secrets.ts');

const ports: AuthorizerPorts = {
  http: createHttpsClient().send,
  clock: Date.now,
  sleep: (milliseconds) => sleep(milliseconds),
  random: Math.random,
  signingKeys: { read: async () => (await secrets()).readSigningKeys(signingKeySecret) },
  passwordGrantClient:
    passwordGrantSecret === undefined ? undefined : async () => (await secrets()).readClient(passwordGrantSecret),
  issuerClient: async (secretId) => (await secrets()).readClient(secretId),
};

// biome-ignore lint/suspicious/noConsole: Lambda logs standard output.
export const handler = createHandler(configuration, ports, console.log);
