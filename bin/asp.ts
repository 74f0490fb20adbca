/** `asp`: the command line. Everything that it needs of the world is handed in here. */
import { randomUUID } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { composeAuthorizer } from '../lambda/authorizer/compose.ts';
import { EXIT } from '../src/cli/exit-code.ts';
import type { Ports } from '../src/cli/ports.ts';
import { createProcessTerminal } from '../src/cli/process-terminal.ts';
import { runAsp } from '../src/cli/run.ts';
import { createHttpsClient } from '../src/http/https-client.ts';

// biome-ignore lint/style/noProcessEnv: settings are given there.
const environment = process.env;
const http = createHttpsClient();

const ports: Ports = {
  terminal: createProcessTerminal(process, environment),
  http: http.send,
  fetch,
  clock: Date.now,
  sleep: (milliseconds) => sleep(milliseconds),
  random: Math.random,
  uniqueId: randomUUID,
  setTimer: (milliseconds, callback) => {
    const timer = setTimeout(callback, milliseconds).unref();
    return () => clearTimeout(timer);
  },
  lookUpHost: async (host) => {
    await lookup(host);
  },
  // The AWS SDK is loaded only where a key is in AWS.
  readSecretKeys: async (secretId) => (await import('../src/aws/authorizer-secrets.ts')).readSigningKeys(secretId),
  composeAuthorizer,
  environment,
  directory: process.cwd(),
  onInterrupt: (callback) => {
    process.on('SIGINT', callback);
    return () => process.off('SIGINT', callback);
  },
};

// A reader that has seen enough, such as head, is no error.
process.stdout.on('error', () => process.exit(EXIT.done));

const exitCode = await runAsp(process.argv.slice(2), ports);
http.close();
// Ctrl-C leaves requests behind that nobody waits for.
if (exitCode === EXIT.interrupted) process.exit(exitCode);
process.exitCode = exitCode;
