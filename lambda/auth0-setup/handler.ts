/** The function behind `Custom::Auth0ResourceServer`, `Custom::Auth0ClientGrant` and `Custom::Auth0OfferedScope`. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { listDeployments } from '../../src/aws/deployments.ts';
import { createSecretStore } from '../../src/aws/secrets.ts';
import { createStateTable } from '../../src/aws/state-table.ts';
import { parseSetupConfiguration } from '../../src/config/function-configurations.ts';
import { STATE_TABLE_PREFIX } from '../../src/core/state-store.ts';
import { createCustomResourceHandler } from '../../src/custom-resource/handler.ts';
import { createHttpsClient } from '../../src/http/https-client.ts';
import { connectionTo } from '../../src/setup/connect.ts';
import { createClientGrantResource } from './client-grant-resource.ts';
import { createOfferedScopeResource } from './offered-scope-resource.ts';
import type { SetupPorts } from './ports.ts';
import { createResourceServerResource } from './resource-server-resource.ts';

// biome-ignore lint/style/noProcessEnv: the function's only configuration.
const settings = parseSetupConfiguration(process.env.CONFIG ?? '');

const secrets = createSecretStore();
const http = createHttpsClient().send;
const time = { clock: Date.now, sleep: (milliseconds: number) => sleep(milliseconds) };

const ports: SetupPorts = {
  settings,
  secrets,
  state: createStateTable(settings.stateTable),
  otherDeployments: listDeployments(STATE_TABLE_PREFIX, settings.stateTable),
  http,
  connect: connectionTo(settings, { secrets, http, ...time }),
  ...time,
  uniqueId: randomUUID,
};

export const handler = createCustomResourceHandler(
  {
    'Custom::Auth0ResourceServer': createResourceServerResource(ports),
    'Custom::Auth0ClientGrant': createClientGrantResource(ports),
    'Custom::Auth0OfferedScope': createOfferedScopeResource(ports),
  },
  {
    ...time,
    http,
    deadline: (milliseconds) => sleep(milliseconds, undefined, { ref: false }),
    // biome-ignore lint/suspicious/noConsole: Lambda logs standard output.
    log: console.log,
  },
);
