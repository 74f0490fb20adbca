/** The authorizer's configuration as a deployment has it: the keys of `cdk.json` that concern it, or their defaults. */
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
 * Reads it; issuer and audience are those of this run.
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
    // Keys are handed in; a name is only there because the function needs one.
    signingKeySecret: 'handed-in',
  };
  return parseAuthorizerConfiguration(JSON.stringify({ ...own, ...ofThisRun }));
}
