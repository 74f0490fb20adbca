/** `asp`: the command line. Everything that it needs of the world is handed in here. */
import { randomUUID } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { composeAuthorizer } from '../src/authorizer/compose.ts';
import { EXIT } from '../src/cli/exit-code.ts';
import type { Ports } from '../src/cli/ports.ts';
import { createProcessTerminal, unwritten } from '../src/cli/process-terminal.ts';
import { systemCode } from '../src/cli/read-text-file.ts';
import { runAsp } from '../src/cli/run.ts';
import { createHttpsClient } from '../src/http/https-client.ts';

// biome-ignore lint/style/noProcessEnv: settings are given there.
const environment = process.env;
const http = createHttpsClient();
/** The AWS SDK is loaded only where something is in AWS. */
const secrets = () => import('../src/aws/authorizer-secrets.ts');

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
  readSecretKeys: async (secretId) => (await secrets()).readSigningKeys(secretId),
  composeAuthorizer: (configuration, given) =>
    composeAuthorizer(configuration, {
      ...given,
      issuerClient: async (secretId) => (await secrets()).readClient(secretId),
    }),
  environment,
  directory: process.cwd(),
  onInterrupt: (callback) => {
    process.on('SIGINT', callback);
    return () => process.off('SIGINT', callback);
  },
};

// A reader that has seen enough, such as head, is no error; the command goes on, since it may be changing the tenant.
let unwritable: unknown;
process.stdout.on('error', (error) => {
  if (systemCode(error) !== 'EPIPE') unwritable = error;
});
// What nobody can be told ends nothing.
process.stderr.on('error', () => {});

const endedWith = await runAsp(process.argv.slice(2), ports);
http.close();
// Whatever was printed is written, or known not to be.
await new Promise((resolve) => process.stdout.write('', resolve));
const exitCode = endedWith === EXIT.done && unwritable !== undefined ? EXIT.failed : endedWith;
if (exitCode !== endedWith) ports.terminal.note(unwritten(unwritable).message);
// Ctrl-C leaves requests behind that nobody waits for.
if (exitCode === EXIT.interrupted) process.exit(exitCode);
process.exitCode = exitCode;
