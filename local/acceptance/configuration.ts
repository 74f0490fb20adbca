/** The configuration of an acceptance run: its own defaults, `cdk.json`, then `-c`. */
import type { Configuration } from '../../src/config/configuration.ts';
import { ConfigurationError } from '../../src/core/errors.ts';
import { configurationWith } from '../deployment/configuration.ts';

export interface AcceptanceConfiguration {
  readonly configuration: Configuration;
  /** For `-c` of the CDK. */
  readonly pairs: readonly string[];
}

/** Only stacks with this beginning are ever deployed and destroyed, so that the run cannot touch a real deployment. */
const PREFIX = 'Auth0Acceptance';
/** Short, so that the run can wait until a cached result has expired. */
const CACHE_TTL_SECONDS = 10;

/**
 * Reads the configuration.
 *
 * @param pairs from the command line
 * @param suffix letters and digits, unique for each run
 * @throws ConfigurationError `configuration_invalid` with every fault
 */
export async function acceptanceConfiguration(
  pairs: readonly string[],
  suffix: string,
): Promise<AcceptanceConfiguration> {
  const all = [
    `stackPrefix=${PREFIX}${suffix}`,
    `cacheTtlSeconds=${CACHE_TTL_SECONDS}`,
    'basicTokenUsers=["token"]',
    ...pairs,
  ];
  const configuration = await configurationWith(all);
  if (configuration.stackPrefix.startsWith(PREFIX)) return { configuration, pairs: all };
  throw new ConfigurationError(
    'configuration_invalid',
    `Got -c stackPrefix=${configuration.stackPrefix}; expected one that starts with ${PREFIX}, because the run destroys its stacks. Leave it out to get a new one.`,
  );
}
