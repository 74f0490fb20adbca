/** The tables of `docs/scaling.md`. */
import { alignedTable } from '../table.ts';
import { introspectionsPerSecond } from './capacity.ts';
import type { Findings, Measured, Pair } from './experiments.ts';
import { monthlyCost } from './prices.ts';
import { requestsPerSecond, type Scenario } from './scenario.ts';
import type { Usage } from './usage.ts';

/** By the name in the page's marks. Empty tables are left out. */
export function tablesOf(findings: Findings): ReadonlyMap<string, string> {
  const tables: readonly [string, string][] = [
    ['loads', loadsTable(findings.loads)],
    ['costs', costsTable(findings.loads)],
    ['containers', containersTable(findings.containers)],
    ['ttls', ttlsTable(findings.ttls)],
    ['capacities', capacitiesTable(findings)],
  ];
  return new Map(tables.filter(([, table]) => table.split('\n').length > 2));
}

export const TABLE_TITLES: Readonly<Record<string, string>> = {
  loads: 'Introspections, without and with the shared cache',
  costs: 'DynamoDB, and US dollars a month',
  containers: 'Introspections for a million requests of 300 callers with 5 paths, spread over containers',
  ttls: 'TTLs, for 1,000 callers with 5 paths',
  capacities: 'The most active callers that a tenant carries',
};

/** Introspections for a million requests to the API. */
export function introspectionsPerMillion({ result: { usage } }: Measured): number {
  return (usage.introspections / usage.requests) * 1e6;
}

function loadsTable(pairs: readonly Pair[]): string {
  return alignedTable(
    [
      'callers × paths',
      'requests/s',
      'calls of the authorizer/s',
      'containers, without → with',
      'introspections/s without',
      'with',
      'for a million requests without',
      'with',
    ],
    pairs.map(({ without, with: shared }) => [
      loadOf(shared.scenario),
      digits(requestsPerSecond(shared.scenario)),
      rate(shared, 'authorizerCalls'),
      `${digits(without.result.containers)} → ${digits(shared.result.containers)}`,
      digits(introspectionsPerSecond(without.result)),
      digits(introspectionsPerSecond(shared.result)),
      digits(introspectionsPerMillion(without)),
      digits(introspectionsPerMillion(shared)),
    ]),
  );
}

function costsTable(pairs: readonly Pair[]): string {
  return alignedTable(
    [
      'callers × paths',
      'reads of entries/s',
      'reads of marks/s',
      'writes/s',
      'authorizer without',
      'authorizer with',
      'shared state',
      'sum without',
      'sum with',
    ],
    pairs.map(({ without, with: shared }) => [
      loadOf(shared.scenario),
      rate(shared, 'cacheReads'),
      rate(shared, 'markReads'),
      rate(shared, 'cacheWrites'),
      dollars(monthlyCost(without.result).authorizer),
      dollars(monthlyCost(shared.result).authorizer),
      dollars(monthlyCost(shared.result).sharedState),
      dollars(totalOf(without)),
      dollars(totalOf(shared)),
    ]),
  );
}

function containersTable(pairs: readonly Pair[]): string {
  return alignedTable(
    ['containers', 'without the shared cache', 'with it'],
    pairs.map(({ without, with: shared }) => [
      digits(shared.scenario.warmContainers),
      digits(introspectionsPerMillion(without)),
      digits(introspectionsPerMillion(shared)),
    ]),
  );
}

function ttlsTable(pairs: readonly Pair[]): string {
  return alignedTable(
    [
      '`cacheTtlSeconds`',
      '`gatewayTtlSeconds`',
      'introspections/s without',
      'with',
      'reads/s',
      'writes/s',
      'dollars a month without',
      'with',
    ],
    pairs.map(({ without, with: shared }) => [
      String(shared.scenario.cacheTtlSeconds),
      String(shared.scenario.gatewayTtlSeconds),
      digits(introspectionsPerSecond(without.result)),
      digits(introspectionsPerSecond(shared.result)),
      digits((shared.result.usage.cacheReads + shared.result.usage.markReads) / shared.result.seconds),
      rate(shared, 'cacheWrites'),
      dollars(totalOf(without)),
      dollars(totalOf(shared)),
    ]),
  );
}

function capacitiesTable({ capacities }: Findings): string {
  const withShared = capacities.filter(({ isShared }) => isShared);
  return alignedTable(
    ['calls that the tenant allows', 'paths of each caller', 'callers without the shared cache', 'callers with it'],
    withShared.map(({ limitPerSecond, paths, callers }) => {
      const without = capacities.find(
        (other) => !other.isShared && other.limitPerSecond === limitPerSecond && other.paths === paths,
      );
      return [`${limitPerSecond}/s`, String(paths), without ? digits(without.callers) : '', digits(callers)];
    }),
  );
}

function loadOf({ callers, paths, distribution }: Scenario): string {
  return `${digits(callers)} × ${paths}${distribution === 'zipf' ? ', Zipf' : ''}`;
}

function rate({ result: { usage, seconds } }: Measured, name: keyof Usage): string {
  return digits(usage[name] / seconds);
}

function totalOf({ result }: Measured): number {
  const { authorizer, sharedState } = monthlyCost(result);
  return authorizer + sharedState;
}

function dollars(value: number): string {
  return `$${digits(value)}`;
}

/** Two or three significant digits: chance changes the third. */
function digits(value: number): string {
  if (Number.isInteger(value) && value < 1000) return String(value);
  const rounded = Number(value.toPrecision(value >= 10 ? 3 : 2));
  return rounded.toLocaleString('en-US', { maximumFractionDigits: 2 });
}
