/** The command line of `npm run acceptance`. */
import { parseArgs } from 'node:util';
import { contextPairs } from '../../src/config/context-values.ts';
import { orUsageError } from '../options.ts';

export interface AcceptanceOptions {
  readonly help: boolean;
  /** Ask nothing. */
  readonly yes: boolean;
  readonly json: boolean;
  readonly credentialsFile: string | undefined;
  /** Pairs as for `cdk deploy -c`; the application validates them. */
  readonly contextPairs: readonly string[];
}

export const ACCEPTANCE_USAGE = `Usage: npm run acceptance -- [--credentials FILE] [--yes] [--json] -c key=value...

Deploys the application to your AWS account and your Auth0 tenant, in stacks of its own whose names start with
Auth0Acceptance. Sends each kind of credential, rotates the signing key once, destroys the stacks, and compares the tenant
with what it was before. Reports what was as expected, and how your account and tenant behave. Takes about 10 minutes.

  -c key=value        a configuration key, as for cdk deploy: at least issuer, audience and managementSecret
  --credentials FILE  JSON with the credentials of a test user; its mode must be 600
                      {"user":{"username":"…","password":"…","userId":"auth0|…"},
                       "tokens":{"jwt":"…","opaque":"…","asp":"…","expiredJwt":"…","refresh":"…"}}
                      Every part is optional. What cannot be tried without it is reported.
  --yes               do not ask before each change of the tenant or the account
  --json              print one JSON object instead of the report
  --help              print this

The first Ctrl-C ends the checks, then removes what was created. A second one exits at once, and prints how to remove it.
Exit codes: 0 all as expected; 1 something differed, or the run was incomplete; 2 the command line or configuration is wrong.
Use an audience of its own, not one that is in use: docs/acceptance.md says how.
`;

/**
 * Parses the command line of `npm run acceptance`.
 *
 * @throws UsageError
 */
export function parseAcceptanceOptions(args: readonly string[]): AcceptanceOptions {
  return orUsageError(() => {
    const { values } = parseArgs({
      args: [...args],
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        yes: { type: 'boolean', short: 'y', default: false },
        json: { type: 'boolean', default: false },
        credentials: { type: 'string' },
        context: { type: 'string', short: 'c', multiple: true, default: [] },
      },
    });
    contextPairs(values.context);
    const { help, yes, json, credentials: credentialsFile, context } = values;
    return { help, yes, json, credentialsFile, contextPairs: context };
  });
}
