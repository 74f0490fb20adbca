/** The Lambda function behind the JWKS. It has no access to any secret. */
import { createStateTable } from '../../src/aws/state-table.ts';
import { parseJwksConfiguration } from '../../src/config/function-configurations.ts';
import { createJwksHandler } from './create-handler.ts';

// biome-ignore lint/style/noProcessEnv: the function's only configuration.
const configuration = parseJwksConfiguration(process.env.CONFIG ?? '');

export const handler = createJwksHandler(configuration, {
  state: createStateTable(configuration.stateTable),
  clock: Date.now,
  // biome-ignore lint/suspicious/noConsole: Lambda logs standard output.
  log: console.log,
});
