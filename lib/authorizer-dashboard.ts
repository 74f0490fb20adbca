/** A dashboard over the metrics that the functions write with their logs, and a few of AWS's own. */
import { Duration } from 'aws-cdk-lib';
import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import {
  Color,
  Dashboard,
  GraphWidget,
  type GraphWidgetProps,
  type IMetric,
  type IWidget,
  MathExpression,
  type Metric,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { METRIC_NAMESPACE, METRICS } from '../src/config/metrics.ts';
import type { AppPasswords } from './app-passwords.ts';
import type { AuthorizerFunction } from './authorizer-function.ts';

/** What `AuthorizerDashboard` shows. */
export interface AuthorizerDashboardProps {
  /** The authorizer whose decisions are shown. */
  readonly authorizer: AuthorizerFunction;

  /**
   * The REST API of the authorizer, if it has only one. The dashboard then shows which share of its requests the gateway answers without
   * the authorizer: from its cache, because a route is public, or because there is no credential.
   *
   * @default - that share is not shown
   */
  readonly restApi?: RestApi;

  /**
   * The app passwords of the authorizer's API.
   *
   * @default - nothing about app passwords is shown
   */
  readonly appPasswords?: AppPasswords;

  /**
   * How many requests a minute the tenant allows, for a line in the graph of the requests.
   *
   * @see https://auth0.com/docs/troubleshoot/customer-support/operational-policies/rate-limit-policy
   * @default - no line
   */
  readonly issuerRequestsPerMinute?: number;
}

const PERIOD = Duration.minutes(5);
const PERCENTILES = ['p50', 'p90', 'p99'];
/** Half of the width of a dashboard. */
const HALF = 12;

const OUTCOMES = [
  ['allow', Color.GREEN],
  ['deny', Color.ORANGE],
  ['unauthenticated', Color.PURPLE],
  ['unavailable', Color.RED],
] as const;

/**
 * Shows what an authorizer decides and why, how long that takes, what its caches save, and how fast revocations take effect.
 * `AuthorizerAlarms` already has this dashboard.
 *
 * @example
 * new AuthorizerDashboard(this, 'Dashboard', { authorizer, restApi, issuerRequestsPerMinute: 1000 });
 */
export class AuthorizerDashboard extends Construct {
  /** The dashboard itself, for widgets of your own. */
  readonly dashboard: Dashboard;

  readonly #authorizer: AuthorizerFunction;

  constructor(scope: Construct, id: string, props: AuthorizerDashboardProps) {
    super(scope, id);
    this.#authorizer = props.authorizer;
    // An id that is not part of the logical id.
    this.dashboard = new Dashboard(this, 'Default', {
      widgets: [
        [this.#outcomes(), this.#reasons()],
        [this.#durations(), this.#issuerDurations()],
        [this.#cacheHits(props), this.#issuerRequests(props)],
        [this.#revocations(), this.#troubles()],
        ...(props.appPasswords ? [appPasswordGraphs(props.appPasswords)] : []),
      ],
    });
  }

  #outcomes(): IWidget {
    const left = OUTCOMES.map(([outcome, color]) =>
      this.#authorizer.metricDecisions({ dimensionsMap: { outcome }, label: outcome, color, period: PERIOD }),
    );
    return graph('Decisions by outcome', { left, stacked: true });
  }

  /** A search, because only the reasons that have occurred are metrics. */
  #reasons(): IWidget {
    const dimensions = `{${METRIC_NAMESPACE},audience,outcome,reason}`;
    const filter = `MetricName="${METRICS.decisions}" audience="${this.#authorizer.audience}" NOT reason="allowed"`;
    const expression = `SEARCH('${dimensions} ${filter}', 'Sum', ${PERIOD.toSeconds()})`;
    const search = new MathExpression({ expression, usingMetrics: {}, label: '', period: PERIOD });
    return graph('Refusals and outages by reason', { left: [search] });
  }

  #durations(): IWidget {
    // CDK's own classes do not declare optional properties as strictly as our compiler expects.
    const metric = this.#authorizer.function.metricDuration({ period: PERIOD }) as Metric;
    return graph('Time of a decision, ms', { left: percentiles(metric) });
  }

  #issuerDurations(): IWidget {
    const metric = this.#authorizer.metricIssuerLatency({ period: PERIOD });
    return graph('Time of a request to the issuer, ms', { left: percentiles(metric) });
  }

  #cacheHits({ restApi }: AuthorizerDashboardProps): IWidget {
    const left: IMetric[] = [
      this.#authorizer.metricCacheHits({ label: 'own cache of a process', period: PERIOD }),
      this.#authorizer.metricSharedCacheHits({ label: 'shared cache', period: PERIOD }),
      ...(restApi ? [this.#gatewayShare(restApi)] : []),
    ];
    return graph('Hit rates of the caches', { left, leftYAxis: { min: 0, max: 1 } });
  }

  #gatewayShare(restApi: RestApi): IMetric {
    const requests = restApi.metricCount({ period: PERIOD }) as Metric;
    const decisions = this.#authorizer.metricDecisions({ period: PERIOD });
    return new MathExpression({
      expression: 'IF(decisions < requests, 1 - decisions / requests, 0)',
      usingMetrics: { requests, decisions },
      label: 'gateway: requests without a decision',
      period: PERIOD,
    });
  }

  #issuerRequests({ issuerRequestsPerMinute: limit }: AuthorizerDashboardProps): IWidget {
    const everyMinute = { statistic: 'SampleCount', period: Duration.minutes(1) };
    const throttled = { outcome: 'unavailable', reason: 'issuer_throttled' };
    return graph('Requests to the issuer a minute', {
      left: [this.#authorizer.metricIssuerLatency({ ...everyMinute, label: 'requests' })],
      right: [
        this.#authorizer.metricDecisions({
          dimensionsMap: throttled,
          period: Duration.minutes(1),
          label: '503 because of the rate limit',
          color: Color.RED,
        }),
      ],
      ...(limit !== undefined && {
        leftAnnotations: [{ value: limit, label: 'rate limit of the tenant', color: Color.RED }],
      }),
    });
  }

  #revocations(): IWidget {
    const { revocation } = this.#authorizer;
    return graph('From the change of a user to its mark, ms', {
      left: percentiles(revocation.metricDelay({ period: PERIOD })),
      right: [
        revocation.metricMarks({ period: PERIOD, label: 'marks' }),
        revocation.metricFlushFailures({ period: PERIOD, label: 'failed flushes', color: Color.RED }),
      ],
    });
  }

  #troubles(): IWidget {
    return graph('Retries, circuit openings and failures of the shared tables', {
      left: [
        this.#authorizer.metricIssuerRetries({ period: PERIOD }),
        this.#authorizer.metricCircuitOpenings({ period: PERIOD }),
        this.#authorizer.metricSharedTableFailures({ period: PERIOD }),
      ],
    });
  }
}

function appPasswordGraphs(appPasswords: AppPasswords): IWidget[] {
  return [
    graph('App passwords', {
      left: [
        appPasswords.metricCreated({ label: 'created' }),
        appPasswords.metricDeleted({ label: 'deleted' }),
        appPasswords.metricExpired({ label: 'expired' }),
        appPasswords.metricRefused({ label: 'refused requests' }),
      ],
    }),
    graph('App passwords that the tenant still has five minutes after their expiry', {
      left: [appPasswords.metricOverdue({ label: 'overdue', color: Color.RED })],
    }),
  ];
}

function graph(title: string, props: GraphWidgetProps): GraphWidget {
  return new GraphWidget({ ...props, title, width: HALF });
}

function percentiles(metric: Metric): IMetric[] {
  return PERCENTILES.map((statistic) => metric.with({ statistic, label: statistic }));
}
