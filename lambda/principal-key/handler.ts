/** The function that makes and rotates the keys of principal tokens: for CloudFormation as `Custom::PrincipalKey`, and for Secrets Manager. */
import { setTimeout as sleep } from 'node:timers/promises';
import { createSecretVersions } from '../../src/aws/secret-versions.ts';
import { createSecretStore } from '../../src/aws/secrets.ts';
import { createStateTable } from '../../src/aws/state-table.ts';
import { parseSigningKeyConfiguration } from '../../src/config/function-configurations.ts';
import { createCustomResourceHandler, type Invocation } from '../../src/custom-resource/handler.ts';
import { createHttpsClient } from '../../src/http/https-client.ts';
import { generatePrincipalKey } from '../../src/principal-token/key-pairs.ts';
import { createPrincipalKeyResource } from './principal-key-resource.ts';
import { createRotationHandler, isRotation } from './rotation.ts';

// biome-ignore lint/style/noProcessEnv: the function's only configuration.
const { signingKeySecret: keySecret, stateTable } = parseSigningKeyConfiguration(process.env.CONFIG ?? '');

const ports = {
  keySecret,
  secrets: createSecretStore(),
  versions: createSecretVersions(keySecret),
  state: createStateTable(stateTable),
  generate: generatePrincipalKey,
  clock: Date.now,
  // biome-ignore lint/suspicious/noConsole: Lambda logs standard output.
  log: console.log,
};

const rotate = createRotationHandler(ports);
const customResource = createCustomResourceHandler(
  { 'Custom::PrincipalKey': createPrincipalKeyResource(ports) },
  {
    ...ports,
    http: createHttpsClient().send,
    sleep: (milliseconds) => sleep(milliseconds),
    deadline: (milliseconds) => sleep(milliseconds, undefined, { ref: false }),
  },
);

export const handler = (event: unknown, invocation: Invocation): Promise<void> =>
  isRotation(event) ? rotate(event) : customResource(event, invocation);
