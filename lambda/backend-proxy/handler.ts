/** The Lambda function between API Gateway and an operator's own backend. */
import { createSecretStore } from '../../src/aws/secrets.ts';
import { parseBackendProxyConfiguration } from '../../src/config/function-configurations.ts';
import { gatewaySecretReader } from './gateway-secret.ts';
import { createProxy } from './proxy.ts';
import { createSender } from './send.ts';

/** API Gateway waits 29 s in all, for the authorizer too. */
const TIMEOUT_MS = 20_000;

// biome-ignore lint/style/noProcessEnv: the function's only configuration.
const { backendUrl, gatewaySecret } = parseBackendProxyConfiguration(process.env.CONFIG ?? '');

export const handler = createProxy({
  backendUrl,
  send: createSender(TIMEOUT_MS),
  gatewaySecret: gatewaySecretReader(createSecretStore(), gatewaySecret, Date.now),
  // biome-ignore lint/suspicious/noConsole: Lambda logs standard output.
  log: console.log,
  clock: Date.now,
});
