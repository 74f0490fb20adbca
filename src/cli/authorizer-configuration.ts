/** The authorizer's configuration as in a deployment: its keys in `cdk.json`, or their defaults. */
import {
  type AuthorizerConfiguration,
  authorizerEntries,
  parseAuthorizerConfiguration,
} from '../config/authorizer-configuration.ts';
import type { JsonObject } from '../core/json.ts';
import { acceptedAudiences } from './audiences.ts';
import type { Context } from './command.ts';
import { readTextFile } from './read-text-file.ts';
import { deploymentConfiguration } from './setting-sources.ts';
import { issuerUrl } from './tenant-url.ts';

/** The deployment's own configuration, unchecked: `context` in `cdk.json` or `--config FILE`; empty if there is none. */
export function deploymentContext({ args, ports }: Pick<Context, 'args' | 'ports'>): JsonObject {
  const file = args.text('config') ?? 'cdk.json';
  return deploymentConfiguration(readTextFile(ports.directory, file, args.text('config') !== undefined), file);
}

/**
 * Reads the configuration. Issuer and audiences come from the settings of this run.
 *
 * @throws ConfigurationError `configuration_invalid` with every fault
 */
export function authorizerConfiguration({
  args,
  settings,
  ports,
}: Pick<Context, 'args' | 'settings' | 'ports'>): AuthorizerConfiguration {
  const all = deploymentContext({ args, ports });
  const own = Object.fromEntries(Object.entries(all).filter(([key]) => key in authorizerEntries));
  const [audience, ...audiences] = acceptedAudiences({ args, settings }, all);
  const ofThisRun = {
    issuer: issuerUrl(settings),
    audience,
    audiences,
    // The keys are passed in. The schema still requires a name.
    signingKeySecret: 'passed-in',
  };
  return parseAuthorizerConfiguration(JSON.stringify({ ...own, ...ofThisRun }));
}
