/** The function behind `Custom::Auth0ResourceServer` and `Custom::Auth0ClientGrant`. */
import { setTimeout as sleep } from 'node:timers/promises';
import { createParameterStore } from '../../src/aws/parameters.ts';
import { createSecretStore } from '../../src/aws/secrets.ts';
import { createCustomResourceHandler } from '../custom-resource/handler.ts';
import { createClientGrantResource } from './client-grant-resource.ts';
import type { SetupPorts } from './ports.ts';
import { createResourceServerResource } from './resource-server-resource.ts';

const ports: SetupPorts = {
  secrets: createSecretStore(),
  parameters: createParameterStore(),
  fetch,
  clock: Date.now,
  sleep: (milliseconds) => sleep(milliseconds),
};

export const handler = createCustomResourceHandler(
  {
    'Custom::Auth0ResourceServer': createResourceServerResource(ports),
    'Custom::Auth0ClientGrant': createClientGrantResource(ports),
  },
  {
    ...ports,
    deadline: (milliseconds) => sleep(milliseconds, undefined, { ref: false }),
    // biome-ignore lint/suspicious/noConsole: Lambda takes the log from here.
    log: console.log,
  },
);
