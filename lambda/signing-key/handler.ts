/** The function behind `Custom::SigningKey`: makes the signing key in AWS, so that it never leaves AWS. */
import { setTimeout as sleep } from 'node:timers/promises';
import { createSecretStore } from '../../src/aws/secrets.ts';
import { createStateTable } from '../../src/aws/state-table.ts';
import { parseSigningKeyConfiguration } from '../../src/config/function-configurations.ts';
import { createCustomResourceHandler } from '../../src/custom-resource/handler.ts';
import { createHttpsClient } from '../../src/http/https-client.ts';
import { generateSigningKey } from '../../src/signing-key/generate-signing-key.ts';
import { createSigningKeyResource } from './signing-key-resource.ts';

// biome-ignore lint/style/noProcessEnv: the function's only configuration.
const settings = parseSigningKeyConfiguration(process.env.CONFIG ?? '');

const resource = createSigningKeyResource(settings, {
  secrets: createSecretStore(),
  state: createStateTable(settings.stateTable),
  generate: () => generateSigningKey(Date.now()),
});

export const handler = createCustomResourceHandler(
  { 'Custom::SigningKey': resource },
  {
    http: createHttpsClient().send,
    clock: Date.now,
    sleep: (milliseconds) => sleep(milliseconds),
    deadline: (milliseconds) => sleep(milliseconds, undefined, { ref: false }),
    // biome-ignore lint/suspicious/noConsole: Lambda logs standard output.
    log: console.log,
  },
);
