/**
 * Metrics in CloudWatch's embedded metric format. The log line of a decision says which of its members are metrics, so one
 * line serves as both, without a call and without a library.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
import { METRIC_NAMESPACE, METRICS } from '../../src/config/metrics.ts';
import type { IssuerEvent } from '../../src/issuer/issuer-endpoint.ts';
import type { DecisionRecord } from './decision-record.ts';

/** Metrics for the whole API, by outcome, and by outcome and reason. */
const DIMENSIONS = [['audience'], ['audience', 'outcome'], ['audience', 'outcome', 'reason']];

const COUNTS = [METRICS.decisions, METRICS.cacheHits, METRICS.issuerRetries, METRICS.circuitOpenings].map((Name) => ({
  Name,
  Unit: 'Count',
}));
const LATENCIES = { Name: METRICS.issuerLatency, Unit: 'Milliseconds' };

/** Only by `audience`: the metric itself says what the outcome is, and each combination of dimensions costs money. */
const REFUSALS = {
  Namespace: METRIC_NAMESPACE,
  Dimensions: [['audience']],
  Metrics: [{ Name: METRICS.refusals, Unit: 'Count' }],
};

/** Serialized once, because it is half of every line and would cost as much as the rest of it. */
const DIRECTIVES = directives(COUNTS);
const DIRECTIVES_WITH_LATENCIES = directives([...COUNTS, LATENCIES]);

/**
 * Serializes a record as one line of JSON from which CloudWatch reads the metrics.
 *
 * @param audience distinguishes the APIs of one account
 * @param nowMs epoch milliseconds
 */
export function embeddedMetrics(
  record: DecisionRecord,
  issuerEvents: readonly IssuerEvent[],
  { audience, nowMs }: { readonly audience: string; readonly nowMs: number },
): string {
  const latencies = issuerEvents.flatMap((event) => (event.kind === 'attempt' ? [event.durationMs] : []));
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
  });
  const CloudWatchMetrics = latencies.length > 0 ? DIRECTIVES_WITH_LATENCIES : DIRECTIVES;
  return `${members.slice(0, -1)},"_aws":{"Timestamp":${nowMs},"CloudWatchMetrics":${CloudWatchMetrics}}}`;
}

function directives(Metrics: readonly object[]): string {
  return JSON.stringify([{ Namespace: METRIC_NAMESPACE, Dimensions: DIMENSIONS, Metrics }, REFUSALS]);
}
