/** The authorizer's configuration as in a deployment: its keys in `cdk.json`, or their defaults. */
import {
  type AuthorizerConfiguration,
  authorizerEntries,
  parseAuthorizerConfiguration,
} from '../config/authorizer-configuration.ts';
import type { Context } from './command.ts';
import { readTextFile } from './read-text-file.ts';
import { deploymentConfiguration } from './setting-sources.ts';
import { issuerUrl } from './tenant-url.ts';

/**
 * Reads the configuration. Issuer and audience come from the settings of this run.
 *
 * @throws ConfigurationError `configuration_invalid` with every fault
 */
export function authorizerConfiguration({
  args,
  settings,
  ports,
}: Pick<Context, 'args' | 'settings' | 'ports'>): AuthorizerConfiguration {
  const file = args.text('config') ?? 'cdk.json';
  const all = deploymentConfiguration(readTextFile(ports.directory, file, args.text('config') !== undefined), file);
  const own = Object.fromEntries(Object.entries(all).filter(([key]) => key in authorizerEntries));
  const ofThisRun = {
    issuer: issuerUrl(settings),
    audience: settings.require('audience'),
    // The keys are passed in. The schema still requires a name.
    signingKeySecret: 'passed-in',
  };
  return parseAuthorizerConfiguration(JSON.stringify({ ...own, ...ofThisRun }));
}
