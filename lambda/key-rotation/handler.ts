/** The Lambda function that changes the signing key, called by Secrets Manager, or in an emergency by an operator. */
import { setTimeout as sleep } from 'node:timers/promises';
import { createParameterStore } from '../../src/aws/parameters.ts';
import { createSecretVersions } from '../../src/aws/secret-versions.ts';
import { createSecretStore } from '../../src/aws/secrets.ts';
import { parseRotationConfiguration } from '../../src/config/rotation-configuration.ts';
import { generateSigningKey } from '../../src/core/generate-signing-key.ts';
import { createHttpsClient } from '../../src/http/https-client.ts';
import { connect } from '../auth0-setup/ports.ts';
import { createRotationHandler } from './create-handler.ts';
import { createProof } from './prove-key.ts';

/** For all the work at the tenant in one step. */
const TENANT_TIMEOUT_MS = 60_000;

// biome-ignore lint/style/noProcessEnv: the function's only configuration.
const settings = parseRotationConfiguration(process.env.CONFIG ?? '');
const clock = Date.now;
const wait = (milliseconds: number) => sleep(milliseconds);
const parameters = createParameterStore();
const secrets = createSecretStore();

export const handler = createRotationHandler(
  {
    settings,
    secret: createSecretVersions(settings.signingKeySecret),
    parameters,
    connect: () =>
      connect(
        { secrets, parameters, fetch, clock, sleep: wait },
        { TenantUrl: settings.tenantUrl, ManagementSecretId: settings.managementSecret },
        TENANT_TIMEOUT_MS,
      ),
    prove: createProof(settings, { http: createHttpsClient().send, clock, sleep: wait, random: Math.random }),
    generate: () => generateSigningKey(clock()),
    clock,
    sleep: wait,
  },
  // biome-ignore lint/suspicious/noConsole: Lambda takes the log from here.
  console.log,
);
