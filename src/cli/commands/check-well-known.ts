/** `asp check-well-known`: checks that the origin of the API's identifier serves the JWKS that the deployment publishes. */
import type { Command, Context } from '../command.ts';
import { CliError, usageError } from '../errors.ts';
import { EXIT } from '../exit-code.ts';
import { AUDIENCE_OPTION } from '../options.ts';
import { printJson } from '../print-json.ts';
import { printable } from '../printable.ts';
import { waitFor } from '../progress.ts';
import { checkWellKnown as check, type WellKnownCheck } from '../well-known-check.ts';

export const checkWellKnown: Command = {
  name: 'check-well-known',
  summary: "Check that the API's own origin serves the JWKS of the deployment",
  operands: '',
  mostOperands: 0,
  description:
    'With keyDelivery "wellKnown", the tenant fetches the public key from the origin of the API\'s identifier, at\n/.well-known/jwks.json. This command checks that the JWKS is there and is the one that the deployment publishes.',
  options: {
    ...AUDIENCE_OPTION,
    'jwks-url': {
      type: 'string',
      placeholder: 'URL',
      summary: 'where the deployment publishes (ASP_JWKS_URL, or the output JwksUrl)',
    },
  },
  examples: [
    { purpose: 'a deployment, from its stack outputs', line: 'asp check-well-known --outputs cdk-outputs.json' },
    {
      purpose: 'any two addresses',
      line: 'asp check-well-known --audience https://demo.api --jwks-url https://keys.example/.well-known/jwks.json',
    },
  ],
  run: async (context) => {
    const [audience, jwksUrl] = [requireUrl('audience', context), requireUrl('jwksUrl', context)];
    const { ports, isJson } = context;
    const result = await waitFor('the JWKS', () => check(audience, jwksUrl, ports.http), ports);
    const isOk = result.faults.length === 0;
    if (isJson) printJson(ports.terminal, { url: result.url, ok: isOk, faults: result.faults });
    else show(result, context);
    if (isOk) return EXIT.done;
    throw new CliError('checks_failed', 'The check failed. Fix the faults, then run it again.');
  },
};

function requireUrl(name: 'audience' | 'jwksUrl', { settings }: Context): string {
  const value = settings.require(name);
  if (URL.canParse(value) && /^https?:$/.test(new URL(value).protocol)) return value;
  throw usageError(`The setting "${name}" is wrong. Expected an https URL.`);
}

function show({ url, faults }: WellKnownCheck, { ports: { terminal } }: Context): void {
  const lines = faults.length === 0 ? [`${url} serves our keys.`] : faults;
  for (const line of lines) terminal.print(printable(line));
}
