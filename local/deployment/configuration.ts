/** The configuration of a deployment to the emulator: the defaults of the local tenant, `cdk.json`, then `-c`. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Configuration, parseConfiguration } from '../../src/config/configuration.ts';
import { contextPairs } from '../../src/config/context-values.ts';
import { ConfigurationError } from '../../src/core/errors.ts';
import { isJsonObject, parseJson } from '../../src/core/json.ts';
import { PROJECT_DIRECTORY } from './cdk-command.ts';

export type DeployedConfiguration = Pick<Configuration, 'audience' | 'audiences' | 'routes' | 'backendUrl'>;

/** Stands for the tenant's URL before the tenant runs. */
const SOME_ISSUER = 'http://127.0.0.1:3001/';

/** Pairs for `-c`; later ones override them. */
export function defaultPairs(issuer: string): readonly string[] {
  return [
    `issuer=${issuer}`,
    'audience=https://demo.api',
    'managementSecret=demo/auth0-management',
    'passwordGrantSecret=demo/auth0-password-grant',
    // The emulator supports neither the identity sources of a cached response nor rotation schedules.
    'gatewayTtlSeconds=0',
    'rotationDays=0',
  ];
}

/**
 * Reads what the application will be deployed with.
 *
 * @param pairs from the command line
 * @throws ConfigurationError `configuration_invalid` with every fault
 */
export async function deployedConfiguration(pairs: readonly string[]): Promise<DeployedConfiguration> {
  const { issuer, ...configuration } = await configurationWith([...defaultPairs(SOME_ISSUER), ...pairs]);
  const { audience, audiences, routes, backendUrl } = configuration;
  if (issuer !== SOME_ISSUER) {
    throw new ConfigurationError(
      'configuration_invalid',
      `Got -c issuer=${issuer}; leave it out, because the local tenant is the issuer.`,
    );
  }
  return { audience, audiences, routes, backendUrl };
}

/**
 * Reads what the application would be deployed with: `cdk.json`, then pairs for `-c`.
 *
 * @throws ConfigurationError `configuration_invalid` with every fault
 */
export async function configurationWith(pairs: readonly string[]): Promise<Configuration> {
  const file = parseJson(await readFile(join(PROJECT_DIRECTORY, 'cdk.json'), 'utf8'));
  const context = isJsonObject(file) && isJsonObject(file.context) ? file.context : {};
  return parseConfiguration({ ...context, ...contextPairs(pairs) });
}
