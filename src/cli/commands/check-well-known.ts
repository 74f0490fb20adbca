/** `npm run check-well-known`: says after a deployment whether the identifier's own origin serves the JWKS. */
import { parseArgs } from 'node:util';
import type { HttpPort } from '../../core/http.ts';
import { EXIT, type ExitCode, type Output, UsageError } from '../operation.ts';
import { checkWellKnown } from '../well-known-check.ts';

export interface CheckWellKnownPorts extends Output {
  readonly http: HttpPort;
}

export const CHECK_WELL_KNOWN_USAGE = `Usage: npm run check-well-known -- --audience URL --jwks-url URL

With keyDelivery "wellKnown" the tenant looks for the key at the origin of the API's identifier, under
/.well-known/jwks.json. This says whether the JWKS can be had there, and is the one that we publish.

  --audience URL     the resource server's identifier, an http or https URL
  --jwks-url URL     where we publish: the output JwksUrl of the stack with the key
  --json             print one JSON object
  --help             print this

Ends with 0 when all is right, 1 when it is not, 2 for a wrong command line.
`;

/** Runs the command. */
export async function runCheckWellKnown(args: readonly string[], ports: CheckWellKnownPorts): Promise<ExitCode> {
  const options = parse(args);
  if (options.help) {
    ports.print(CHECK_WELL_KNOWN_USAGE.trimEnd());
    return EXIT.done;
  }
  const [audience, jwksUrl] = [urlOf(options.audience, 'audience'), urlOf(options['jwks-url'], 'jwks-url')];
  const { url, faults } = await checkWellKnown(audience, jwksUrl, ports.http);
  if (options.json) ports.print(JSON.stringify({ url, ok: faults.length === 0, faults }));
  else for (const line of faults.length === 0 ? [`${url} serves our keys.`] : faults) ports.print(line);
  return faults.length === 0 ? EXIT.done : EXIT.failed;
}

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  try {
    const options = { audience: text, 'jwks-url': text, json: flag, help: flag };
    return parseArgs({ args: [...args], options }).values;
  } catch {
    throw new UsageError('The command line holds what is no option of this command; see --help.');
  }
}

function urlOf(value: string | undefined, name: string): string {
  if (value !== undefined && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol)) return value;
  throw new UsageError(`--${name} is missing or no http or https URL; see --help.`);
}
