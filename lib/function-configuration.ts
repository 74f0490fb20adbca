/** A function's `CONFIG`, checked at synthesis rather than when the function runs. */
import { Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { ConfigurationError } from '../src/core/errors.ts';
import { invalidProp } from './check-prop.ts';

/** The keys whose values are URLs. */
const URL_KEY = /^issuer$|Url$/;

/**
 * Serializes a function's configuration.
 *
 * @param parse the function's own parser; it gets a stand-in for each value that is known only at deployment
 * @throws ConfigurationError `configuration_invalid` with every error
 */
export function functionConfiguration(
  scope: IConstruct,
  configuration: object,
  parse: (text: string) => unknown,
): string {
  let count = 0;
  const withStandIns = JSON.stringify(configuration, (key, value) => {
    if (typeof value !== 'string' || !Token.isUnresolved(value)) return value;
    count += 1;
    const name = `known-when-deployed-${count}`;
    return URL_KEY.test(key) ? `https://${name}.example/` : name;
  });
  try {
    parse(withStandIns);
  } catch (error) {
    throw error instanceof ConfigurationError ? invalidProp(scope, error.message) : error;
  }
  return JSON.stringify(configuration);
}
