/** `asp`: the command line. Passes in everything that touches the outside world. */
import { lookup } from 'node:dns/promises';
import packageJson from '../package.json' with { type: 'json' };
import { composeAuthorizer } from '../src/authorizer/compose.ts';
import { EXIT } from '../src/cli/exit-code.ts';
import type { Ports } from '../src/cli/ports.ts';
import { createProcessTerminal, outputUnusable } from '../src/cli/process-terminal.ts';
import { systemCode } from '../src/cli/read-text-file.ts';
import { runAsp } from '../src/cli/run.ts';
import { createHttpsClient } from '../src/http/https-client.ts';
import { PROCESS_PORTS } from './process-ports.ts';

// biome-ignore lint/style/noProcessEnv: the command line reads settings from it.
const environment = process.env;
// As Node's own fetch does it.
const http = createHttpsClient(environment.NODE_USE_ENV_PROXY === '1' ? environment : undefined);
/** The AWS SDK is loaded only by the commands that use AWS. */
const secrets = async () => (await import('../src/aws/command-line-secrets.ts')).createCommandLineSecrets();

const ports: Ports = {
  terminal: createProcessTerminal(process, environment),
  http: http.send,
  ...PROCESS_PORTS,
  lookUpHost: async (host) => {
    await lookup(host);
  },
  readSecretKeys: async (secretId) => (await secrets()).readSigningKeys(secretId),
  readStackOutput: async (stackName, outputKey) => {
    const { readStackOutput } = await import('../src/aws/deployed-stack.ts');
    return readStackOutput(stackName, outputKey);
  },
  findStackOutput: async (stackName, outputKey) => {
    const { findStackOutput } = await import('../src/aws/deployed-stack.ts');
    return findStackOutput(stackName, outputKey);
  },
  findLogGroup: async (functionName) => (await import('../src/aws/logs/log-events.ts')).findLogGroup(functionName),
  readLogEvents: async (query) => (await import('../src/aws/logs/log-events.ts')).readLogEvents(query),
  invokeFunction: async (functionName, event) => {
    const { invokeFunction } = await import('../src/aws/deployed-stack.ts');
    return invokeFunction(functionName, event);
  },
  sendToQueue: async (queueUrl, body) => {
    const { createQueueSender } = await import('../src/aws/revocation-queue.ts');
    return createQueueSender(queueUrl)(body, 0);
  },
  composeAuthorizer: (configuration, given) =>
    composeAuthorizer(configuration, {
      ...given,
      issuerClient: async (secretId) => (await secrets()).readClient(secretId),
    }),
  environment,
  version: packageJson.version,
  directory: process.cwd(),
  onInterrupt: (callback) => {
    process.on('SIGINT', callback);
    return () => process.off('SIGINT', callback);
  },
};

// A reader that stops early, such as head, is not an error. The command continues, because it may be changing the tenant.
let unwritable: unknown;
process.stdout.on('error', (error) => {
  if (systemCode(error) !== 'EPIPE') unwritable = error;
});
// Ignore errors on stderr: there is nowhere left to report them.
process.stderr.on('error', () => {});

async function main(): Promise<void> {
  const endedWith = await runAsp(process.argv.slice(2), ports);
  http.close();
  // Wait until all output is written, or has failed.
  await new Promise((resolve) => process.stdout.write('', resolve));
  const exitCode = endedWith === EXIT.done && unwritable !== undefined ? EXIT.failed : endedWith;
  if (exitCode !== endedWith) ports.terminal.note(outputUnusable(unwritable).message);
  // After Ctrl-C, requests may still be open; do not wait for them.
  if (exitCode === EXIT.interrupted) process.exit(exitCode);
  process.exitCode = exitCode;
}

void main();
