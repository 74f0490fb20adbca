/** The Lambda function that changes the signing key, called by Secrets Manager, or in an emergency by an operator. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createSecretVersions } from '../../src/aws/secret-versions.ts';
import { createSecretStore } from '../../src/aws/secrets.ts';
import { createStateTable } from '../../src/aws/state-table.ts';
import { parseRotationConfiguration } from '../../src/config/function-configurations.ts';
import { createHttpsClient } from '../../src/http/https-client.ts';
import { connectionTo } from '../../src/setup/connect.ts';
import { generateSigningKey } from '../../src/signing-key/generate-signing-key.ts';
import { createRotationHandler } from './create-handler.ts';
import { createProof } from './prove-key.ts';

/** For all requests to the tenant while the lease is held, which lasts longer. */
const TENANT_TIMEOUT_MS = 60_000;

// biome-ignore lint/style/noProcessEnv: the function's only configuration.
const settings = parseRotationConfiguration(process.env.CONFIG ?? '');
const http = createHttpsClient().send;
const clock = Date.now;
const wait = (milliseconds: number) => sleep(milliseconds);
const connect = connectionTo(settings, { secrets: createSecretStore(), http, clock, sleep: wait });

export const handler = createRotationHandler(
  {
    settings,
    secret: createSecretVersions(settings.signingKeySecret),
    state: createStateTable(settings.stateTable),
    connect: () => connect(TENANT_TIMEOUT_MS),
    prove: createProof(settings, { http, clock, sleep: wait, random: Math.random }),
    generate: () => generateSigningKey(clock()),
    clock,
    sleep: wait,
    uniqueId: randomUUID,
  },
  // biome-ignore lint/suspicious/noConsole: Lambda logs standard output.
  console.log,
);
