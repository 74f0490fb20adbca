/** The metrics that an authorizer writes with its log. */
import { Duration } from 'aws-cdk-lib';
import { Metric, type MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { METRIC_NAMESPACE, METRICS } from '../src/config/metrics.ts';

export abstract class AuthorizerMetrics extends Construct {
  /** The resource server's identifier, which is a dimension of every metric. */
  abstract readonly audience: string;

  /**
   * Returns a metric of the authorizer's decisions for this audience.
   *
   * @param metricName such as `Decisions`
   */
  metric(metricName: string, props: MetricOptions = {}): Metric {
    const dimensionsMap = { audience: this.audience, ...props.dimensionsMap };
    return new Metric({
      period: Duration.minutes(5),
      ...props,
      namespace: METRIC_NAMESPACE,
      metricName,
      dimensionsMap,
    });
  }

  /**
   * Counts decisions: all of them, or those of the dimension `outcome` (`allow`, `deny`, `unauthenticated`, `unavailable`),
   * or of `outcome` and `reason`.
   *
   * @param props replace the statistic and the period; by default the sum over 5 minutes
   */
  metricDecisions(props?: MetricOptions): Metric {
    return this.metric(METRICS.decisions, { statistic: 'Sum', ...props });
  }

  /**
   * The share of decisions whose principal was cached, from 0 to 1.
   *
   * @param props replace the statistic and the period; by default the average over 5 minutes
   */
  metricCacheHits(props?: MetricOptions): Metric {
    return this.metric(METRICS.cacheHits, { statistic: 'Average', ...props });
  }

  /**
   * The duration of each request to an issuer, in milliseconds.
   *
   * @param props replace the statistic and the period; by default the average over 5 minutes
   */
  metricIssuerLatency(props?: MetricOptions): Metric {
    return this.metric(METRICS.issuerLatency, { statistic: 'Average', ...props });
  }

  /**
   * The share of decisions that are a 401 or 403, from 0 to 1. Only for the audience as a whole.
   *
   * @param props replace the statistic and the period; by default the average over 5 minutes
   */
  metricRefusals(props?: MetricOptions): Metric {
    return this.metric(METRICS.refusals, { statistic: 'Average', ...props });
  }

  /**
   * The share of reads of the shared cache that found something, from 0 to 1. Only for the audience as a whole.
   *
   * @param props replace the statistic and the period; by default the average over 5 minutes
   */
  metricSharedCacheHits(props?: MetricOptions): Metric {
    return this.metric(METRICS.sharedCacheHits, { statistic: 'Average', ...props });
  }

  /**
   * Counts failed calls to the shared cache and to the revocation marks. Only for the audience as a whole.
   *
   * @param props replace the statistic and the period; by default the sum over 5 minutes
   */
  metricSharedTableFailures(props?: MetricOptions): Metric {
    return this.metric(METRICS.tableFailures, { statistic: 'Sum', ...props });
  }

  /**
   * Counts repeated requests to an issuer.
   *
   * @param props replace the statistic and the period; by default the sum over 5 minutes
   */
  metricIssuerRetries(props?: MetricOptions): Metric {
    return this.metric(METRICS.issuerRetries, { statistic: 'Sum', ...props });
  }

  /**
   * Counts how often an issuer's circuit breaker opened.
   *
   * @param props replace the statistic and the period; by default the sum over 5 minutes
   */
  metricCircuitOpenings(props?: MetricOptions): Metric {
    return this.metric(METRICS.circuitOpenings, { statistic: 'Sum', ...props });
  }
}
