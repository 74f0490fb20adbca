/**
 * The log line of a batch, with its metrics. It names users only by a digest, the same one as in the authorizer's log.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
import { METRIC_NAMESPACE } from '../../src/config/metrics.ts';
import type { Failure } from '../../src/core/failure.ts';
import { subjectDigest } from '../../src/core/principal.ts';
import type { FlushEvent } from '../../src/revocation/flushes.ts';
import { REVOCATION_METRICS } from '../../src/revocation/metrics.ts';
import type { NewMark } from '../../src/revocation/write-marks.ts';

/** What happened to a batch. */
export interface BatchRecord {
  readonly messages: number;
  readonly written: readonly NewMark[];
  readonly flushEvents: readonly FlushEvent[];
  /** Why some messages will be delivered again, and in the end go to the dead-letter queue. */
  readonly failures: readonly Failure[];
}

const METRICS = [
  { Name: REVOCATION_METRICS.marks, Unit: 'Count' },
  { Name: REVOCATION_METRICS.flushes, Unit: 'Count' },
  { Name: REVOCATION_METRICS.flushFailures, Unit: 'Count' },
];
const DELAYS = { Name: REVOCATION_METRICS.revocationDelay, Unit: 'Milliseconds' };

/** @param nowMs when the marks were written, in epoch milliseconds */
export function batchLine(
  { messages, written, flushEvents, failures }: BatchRecord,
  { issuer, nowMs }: { readonly issuer: string; readonly nowMs: number },
): string {
  const flushFailures = flushEvents.flatMap((event) => (event.outcome === 'failed' ? [event.failure] : []));
  const delays = written.map(({ timeMs }) => Math.max(nowMs - timeMs, 0));
  return JSON.stringify({
    event: 'revocation',
    issuer,
    messages,
    revoked: written.map(({ subject, kind }) => ({ sub: subjectDigest(subject), kind })),
    failures,
    flushFailures,
    [REVOCATION_METRICS.marks]: written.length,
    [REVOCATION_METRICS.flushes]: flushEvents.length - flushFailures.length,
    [REVOCATION_METRICS.flushFailures]: flushFailures.length,
    ...(delays.length > 0 && { [REVOCATION_METRICS.revocationDelay]: delays }),
    _aws: {
      Timestamp: nowMs,
      CloudWatchMetrics: [
        {
          Namespace: METRIC_NAMESPACE,
          Dimensions: [['issuer']],
          Metrics: delays.length > 0 ? [...METRICS, DELAYS] : METRICS,
        },
      ],
    },
  });
}
