/**
 * The authorizer's Lambda function. It reads its configuration from the environment, and its keys from Secrets Manager on
 * first use. Keys and principals stay cached as long as the execution environment lives.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseAuthorizerConfiguration } from '../../src/config/authorizer-configuration.ts';
import { createHttpsClient } from '../../src/http/https-client.ts';
import { createHandler, type HandlerPorts } from './create-handler.ts';

// biome-ignore lint/style/noProcessEnv: the function's only configuration, and the folder of its code.
const { CONFIG = '', LAMBDA_TASK_ROOT = '' } = process.env;
const configuration = parseAuthorizerConfiguration(CONFIG, (name) =>
  readFileSync(join(LAMBDA_TASK_ROOT, name), 'utf8'),
);
const { signingKeySecret, passwordGrantSecret, originSecret } = configuration;

/** Loaded on first use, because a request with a JWT needs nothing of the AWS SDK. */
const secrets = () => import('../../src/aws/authorizer-secrets.ts');

const ports: HandlerPorts = {
  http: createHttpsClient().send,
  clock: Date.now,
  sleep: (milliseconds) => sleep(milliseconds),
  random: Math.random,
  signingKeys: { read: async () => (await secrets()).readSigningKeys(signingKeySecret) },
  passwordGrantClient:
    passwordGrantSecret === undefined ? undefined : async () => (await secrets()).readClient(passwordGrantSecret),
  issuerClient: async (secretId) => (await secrets()).readClient(secretId),
  originSecrets: originSecret === undefined ? undefined : async () => (await secrets()).readOriginSecrets(originSecret),
};

/**
 * Straight to standard output: with the log format JSON, `console.log` would put the line into another object as text, and
 * CloudWatch would find no metrics in it.
 */
const writeLine = (line: string) => process.stdout.write(`${line}\n`);

export const handler = createHandler(configuration, ports, writeLine);
