/** The command line of `npm run simulate`. */
import { parseArgs } from 'node:util';
import { orUsageError, UsageError } from '../../local/options.ts';
import { type Scenario, USUAL } from './scenario.ts';

export interface SimulateOptions {
  readonly help: boolean;
  readonly json: boolean;
  readonly quick: boolean;
  readonly writeDocs: boolean;
  /** Take the recorded results instead of new ones. */
  readonly recorded: boolean;
  readonly seed: number;
  /** One load of the caller's own, instead of those of the page. */
  readonly load: Scenario | undefined;
}

const DEFAULT_SEED = 1;

export const SIMULATE_USAGE = `Usage: npm run simulate -- [--quick] [--json] [--seed N] [--write-docs [--recorded]]
       npm run simulate -- --callers N [--paths N] [--zipf] [--gateway-ttl S] [--cache-ttl S]
                           [--containers N] [--spread] [--json] [--seed N]

Runs the authorizer's own caches with a simulated clock, without and with the shared cache, and prints how often a
tenant is asked, what the tables do, and what it costs. The whole run takes some minutes.

  --quick          only the simulations that take seconds
  --json           print the results as JSON, on one line
  --seed N         other random callers (${DEFAULT_SEED}); the same seed always gives the same results
  --write-docs     measure cold starts as well, and write docs/scaling.md and its plots
  --recorded       with the results that are recorded in docs/scaling, instead of new ones

One load of your own:
  --callers N      callers, each with a credential of its own
  --paths N        paths that each caller uses, each about once a minute (${USUAL.paths})
  --zipf           a few callers send most of the requests
  --gateway-ttl S  gatewayTtlSeconds (${USUAL.gatewayTtlSeconds})
  --cache-ttl S    cacheTtlSeconds (${USUAL.cacheTtlSeconds})
  --containers N   containers that are warm even if fewer would do (${USUAL.warmContainers})
  --spread         a request goes to any free container, not to the one that was used last
  --help           print this

Exit codes: 0 done, 1 failed, 2 the command line is wrong, 130 Ctrl-C. Ctrl-C leaves all files as they were.
`;

const OPTIONS = {
  help: { type: 'boolean', short: 'h', default: false },
  json: { type: 'boolean', default: false },
  quick: { type: 'boolean', default: false },
  'write-docs': { type: 'boolean', default: false },
  recorded: { type: 'boolean', default: false },
  seed: { type: 'string' },
  callers: { type: 'string' },
  paths: { type: 'string' },
  zipf: { type: 'boolean' },
  'gateway-ttl': { type: 'string' },
  'cache-ttl': { type: 'string' },
  containers: { type: 'string' },
  spread: { type: 'boolean' },
} as const;

type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values'];

const LOAD_OPTIONS = ['paths', 'zipf', 'gateway-ttl', 'cache-ttl', 'containers', 'spread'] as const;

/** @throws UsageError */
export function parseSimulateOptions(args: readonly string[]): SimulateOptions {
  return orUsageError(() => {
    const { values } = parseArgs({ args: [...args], options: OPTIONS });
    const { help = false, json = false, quick = false, 'write-docs': writeDocs = false, recorded = false } = values;
    const seed = wholeNumber(values, 'seed', DEFAULT_SEED, 0, 0xffff_ffff);
    const load = loadOf(values);
    if (writeDocs && (quick || load))
      throw new UsageError('--write-docs needs the whole run; leave --quick and --callers away.');
    if (quick && load) throw new UsageError('--quick and --callers exclude each other.');
    if (recorded && !writeDocs) throw new UsageError('--recorded needs --write-docs.');
    return { help, json, quick, writeDocs, recorded, seed, load };
  });
}

function loadOf(values: Values): Scenario | undefined {
  if (values.callers === undefined) {
    const alone = LOAD_OPTIONS.find((name) => values[name] !== undefined);
    if (alone !== undefined) throw new UsageError(`--${alone} needs --callers.`);
    return undefined;
  }
  return {
    ...USUAL,
    callers: wholeNumber(values, 'callers', USUAL.callers, 1, 100_000),
    paths: wholeNumber(values, 'paths', USUAL.paths, 1, 100),
    distribution: values.zipf ? 'zipf' : 'uniform',
    gatewayTtlSeconds: wholeNumber(values, 'gateway-ttl', USUAL.gatewayTtlSeconds, 0, 3600),
    cacheTtlSeconds: wholeNumber(values, 'cache-ttl', USUAL.cacheTtlSeconds, 0, 86_400),
    warmContainers: wholeNumber(values, 'containers', USUAL.warmContainers, 1, 1000),
    placement: values.spread ? 'spread' : 'recent',
  };
}

type NumberOption = 'seed' | 'callers' | 'paths' | 'gateway-ttl' | 'cache-ttl' | 'containers';

function wholeNumber(values: Values, name: NumberOption, otherwise: number, least: number, most: number): number {
  const text = values[name] ?? String(otherwise);
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new UsageError(`Got --${name} ${JSON.stringify(text)}; expected a whole number from ${least} to ${most}.`);
}
