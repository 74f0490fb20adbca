/**
 * Metrics in CloudWatch's embedded format: the decision's log line says itself which of its members are metrics, so that
 * one line serves both, without a call and without a library.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
import { METRIC_NAMESPACE, METRICS } from '../../src/config/metrics.ts';
import type { UpstreamEvent } from '../../src/core/upstream.ts';
import type { DecisionRecord } from './decision-record.ts';

/** Counted for the API as a whole, by outcome, and by outcome and reason. */
const DIMENSIONS = [['audience'], ['audience', 'outcome'], ['audience', 'outcome', 'reason']];

/**
 * Writes a record as one line of JSON that CloudWatch reads metrics from.
 *
 * @param audience tells the APIs of one account apart
 * @param nowMs epoch milliseconds
 */
export function embeddedMetrics(
  record: DecisionRecord,
  upstream: readonly UpstreamEvent[],
  { audience, nowMs }: { readonly audience: string; readonly nowMs: number },
): string {
  const latencies = upstream.flatMap((event) => (event.kind === 'attempt' ? [event.durationMs] : []));
  const values = {
    [METRICS.decisions]: 1,
    [METRICS.cacheHits]: record.cacheHit ? 1 : 0,
    [METRICS.upstreamRetries]: record.upstreamRetries,
    [METRICS.coolDowns]: record.coolDowns.length,
    ...(latencies.length > 0 ? { [METRICS.upstreamLatency]: latencies } : {}),
  };
  const Metrics = Object.keys(values).map((Name) => ({
    Name,
    Unit: Name === METRICS.upstreamLatency ? 'Milliseconds' : 'Count',
  }));
  const _aws = {
    Timestamp: nowMs,
    CloudWatchMetrics: [{ Namespace: METRIC_NAMESPACE, Dimensions: DIMENSIONS, Metrics }],
  };
  return JSON.stringify({ event: 'authorization_decision', audience, ...record, ...values, _aws });
}
