/** The Lambda function behind the JWKS. It has no right to any secret. */
import { createParameterStore } from '../../src/aws/parameters.ts';
import { parseJwksConfiguration } from '../../src/config/jwks-configuration.ts';
import { createJwksHandler } from './create-handler.ts';

// biome-ignore lint/style/noProcessEnv: the function's only configuration.
const configuration = parseJwksConfiguration(process.env.CONFIG ?? '');

export const handler = createJwksHandler(configuration, {
  parameters: createParameterStore(),
  clock: Date.now,
  // biome-ignore lint/suspicious/noConsole: Lambda takes the log from here.
  log: console.log,
});
