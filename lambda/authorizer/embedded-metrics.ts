/**
 * Metrics in CloudWatch's embedded metric format. The log line of a decision says which of its members are metrics, so one
 * line serves as both, without a call and without a library.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */

import type { DecisionEvent } from '../../src/authorizer/authorizer.ts';
import { METRIC_NAMESPACE, METRICS } from '../../src/config/metrics.ts';
import type { DecisionRecord } from './decision-record.ts';

/** Metrics for the whole API, by outcome, and by outcome and reason. */
const DIMENSIONS = [['audience'], ['audience', 'outcome'], ['audience', 'outcome', 'reason']];

const COUNTS = [METRICS.decisions, METRICS.cacheHits, METRICS.issuerRetries, METRICS.circuitOpenings].map((Name) => ({
  Name,
  Unit: 'Count',
}));
const LATENCIES = { Name: METRICS.issuerLatency, Unit: 'Milliseconds' };

/** Only by `audience`: the metric itself says what the outcome is, and each combination of dimensions costs money. */
const REFUSALS = { Name: METRICS.refusals, Unit: 'Count' };
const SHARED = [METRICS.sharedCacheHits, METRICS.tableFailures].map((Name) => ({ Name, Unit: 'Count' }));

/** Serialized once, because they are half of every line and would cost as much as the rest of it. */
const DIRECTIVES = directives(COUNTS, [REFUSALS]);
const DIRECTIVES_WITH_LATENCIES = directives([...COUNTS, LATENCIES], [REFUSALS]);
const DIRECTIVES_WITH_TABLES = directives(COUNTS, [REFUSALS, ...SHARED]);
const DIRECTIVES_WITH_ALL = directives([...COUNTS, LATENCIES], [REFUSALS, ...SHARED]);

/**
 * Serializes a record as one line of JSON from which CloudWatch reads the metrics.
 *
 * @param audience distinguishes the APIs of one account
 * @param nowMs epoch milliseconds
 */
export function embeddedMetrics(
  record: DecisionRecord,
  events: readonly DecisionEvent[],
  { audience, nowMs }: { readonly audience: string; readonly nowMs: number },
): string {
  const latencies = events.flatMap((event) => (event.kind === 'attempt' ? [event.durationMs] : []));
  const hasTables = record.sharedCache !== undefined || record.tableFailures !== undefined;
  const members = JSON.stringify({
    event: 'authorization_decision',
    audience,
    ...record,
    [METRICS.decisions]: 1,
    [METRICS.cacheHits]: record.cacheHit ? 1 : 0,
    [METRICS.issuerRetries]: record.issuerRetries,
    [METRICS.circuitOpenings]: record.circuitOpenings.length,
    [METRICS.refusals]: record.outcome === 'deny' || record.outcome === 'unauthenticated' ? 1 : 0,
    ...(latencies.length > 0 ? { [METRICS.issuerLatency]: latencies } : {}),
    ...(hasTables ? tableMetrics(record) : {}),
  });
  const CloudWatchMetrics = directivesFor(latencies.length > 0, hasTables);
  return `${members.slice(0, -1)},"_aws":{"Timestamp":${nowMs},"CloudWatchMetrics":${CloudWatchMetrics}}}`;
}

function tableMetrics({ sharedCache, tableFailures = [] }: DecisionRecord): Readonly<Record<string, number>> {
  return {
    ...(sharedCache === undefined ? {} : { [METRICS.sharedCacheHits]: sharedCache === 'hit' ? 1 : 0 }),
    [METRICS.tableFailures]: tableFailures.length,
  };
}

function directivesFor(hasLatencies: boolean, hasTables: boolean): string {
  if (hasTables) return hasLatencies ? DIRECTIVES_WITH_ALL : DIRECTIVES_WITH_TABLES;
  return hasLatencies ? DIRECTIVES_WITH_LATENCIES : DIRECTIVES;
}

function directives(Metrics: readonly object[], byAudience: readonly object[]): string {
  return JSON.stringify([
    { Namespace: METRIC_NAMESPACE, Dimensions: DIMENSIONS, Metrics },
    { Namespace: METRIC_NAMESPACE, Dimensions: [['audience']], Metrics: byAudience },
  ]);
}
