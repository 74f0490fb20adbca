/** The command line of `npm run deploy:local`. */
import { parseArgs } from 'node:util';
import { contextPairs } from '../../src/config/context-values.ts';
import { orUsageError } from '../options.ts';

export interface DeployOptions {
  readonly help: boolean;
  /** Pairs as for `cdk deploy -c`; the application validates them. */
  readonly contextPairs: readonly string[];
}

export const DEPLOY_USAGE = `Usage: npm run deploy:local -- [-c key=value]...

Deploys the CDK application into an AWS emulator on this machine, with a local tenant, and shows which credentials are
allowed and which are refused. Needs Python 3.10 or newer with venv. Nothing leaves this machine, except for the download
of the emulator.

  -c key=value    set a configuration key, such as -c basicOrder=password-first; leave gatewayTtlSeconds and
                  rotationDays at 0, since the emulator supports neither
  --help          print this

Once the deployment is up, Ctrl-C destroys it and exits; a second Ctrl-C exits at once.
`;

/**
 * Parses the command line of `npm run deploy:local`.
 *
 * @throws UsageError
 */
export function parseDeployOptions(args: readonly string[]): DeployOptions {
  return orUsageError(() => {
    const { values } = parseArgs({
      args: [...args],
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        context: { type: 'string', short: 'c', multiple: true, default: [] },
      },
    });
    contextPairs(values.context);
    return { help: values.help, contextPairs: values.context };
  });
}
