/** The Lambda function behind the self-service API. It is the only one that can read the secret of the client for app specific passwords. */
import { setTimeout as sleep } from 'node:timers/promises';
import { createRevoker } from '../../src/app-passwords/revoker.ts';
import { createEventSender } from '../../src/aws/app-passwords/event-bus.ts';
import { createExpiryTable } from '../../src/aws/app-passwords/expiry-table.ts';
import { createCallCounter, createDeletionTable } from '../../src/aws/app-passwords/limit-table.ts';
import { createMarkReader } from '../../src/aws/app-passwords/mark-reader.ts';
import { createFlushStore } from '../../src/aws/mark-table.ts';
import { createQueueSender } from '../../src/aws/revocation-queue.ts';
import { createSecretStore } from '../../src/aws/secrets.ts';
import { parseAppPasswordsConfiguration } from '../../src/config/app-passwords.ts';
import { createHttpsClient } from '../../src/http/https-client.ts';
import { createBackgroundHandler } from './background-events.ts';
import { createAppPasswordsHandler } from './create-handler.ts';
import { expirySecretOf, passwordsOf } from './tenant.ts';

// biome-ignore lint/style/noProcessEnv: the function's only configuration.
const configuration = parseAppPasswordsConfiguration(process.env.CONFIG ?? '');
const { issuer, audience, limitTable, expiries, revocation, eventBus } = configuration;

const secrets = createSecretStore();
const { send: http } = createHttpsClient();
const sendMessage = createQueueSender(revocation.queueUrl);

const ports = {
  http,
  clock: Date.now,
  sleep: (milliseconds: number) => sleep(milliseconds),
  deadline: (milliseconds: number) => sleep(milliseconds, undefined, { ref: false }),
  passwords: passwordsOf(configuration, {
    secrets,
    http,
    clock: Date.now,
    sleep: (milliseconds) => sleep(milliseconds),
  }),
  expiries: createExpiryTable(expiries.table),
  expirySecret: expirySecretOf(configuration, secrets),
  counter: createCallCounter(limitTable),
  deletions: createDeletionTable(limitTable),
  revoker: createRevoker(issuer, {
    send: (message) => sendMessage(message, 0),
    readMarks: createMarkReader(revocation.table),
    readFlushes: () => createFlushStore(revocation.table).read(),
  }),
  notify: eventBus === undefined ? undefined : createEventSender(eventBus, audience),
  // Not by `console.log`, so that CloudWatch finds the metrics with every log format.
  log: (line: string) => process.stdout.write(`${line}\n`),
};

export const handler = createAppPasswordsHandler(configuration, ports, createBackgroundHandler(configuration, ports));
