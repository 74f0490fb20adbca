/**
 * Alarms that mean something, and one small dashboard, over the metrics that the authorizer writes with its log. The
 * function's own error metric is not among them: every 401 of a REST API is an error there.
 */
import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  Dashboard,
  GraphWidget,
  type IAlarmAction,
  MathExpression,
  Metric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { METRIC_NAMESPACE, METRICS } from '../src/config/metrics.ts';
import type { AuthorizerFunction } from './authorizer-function.ts';

export interface AuthorizerAlarmsProps {
  readonly authorizer: AuthorizerFunction;
  /** What is done when an alarm goes off, such as an `SnsAction`. @default nothing but the alarm's state */
  readonly actions?: readonly IAlarmAction[];
}

const PERIOD = Duration.minutes(5);
/** Outages that one caller's bad luck does not explain. */
const MANY_FAILURES = 10;
/** Below so many decisions in five minutes, a share says nothing. */
const ENOUGH_DECISIONS = 50;
const MANY_REFUSALS_PERCENT = 50;

type Dimensions = Readonly<Record<string, string>>;

export class AuthorizerAlarms extends Construct {
  readonly alarms: readonly Alarm[];
  readonly dashboard: Dashboard;
  readonly #audience: string;

  constructor(scope: Construct, id: string, { authorizer, actions = [] }: AuthorizerAlarmsProps) {
    super(scope, id);
    this.#audience = authorizer.audience;
    this.alarms = [
      this.#alarm('IssuerFailing', this.#decisions({ outcome: 'unavailable' }), {
        threshold: MANY_FAILURES,
        description: 'Callers get 503: the tenant, or Secrets Manager, does not answer. The log has the reason codes.',
      }),
      this.#alarm('ClientRefused', this.#decisions({ outcome: 'unavailable', reason: 'issuer_client_refused' }), {
        threshold: 1,
        description:
          'The tenant refuses our key or client: callers get 503 until that is fixed. The log says which (issuer_client_refused).',
      }),
      this.#alarm('Throttled', this.#decisions({ outcome: 'unavailable', reason: 'issuer_throttled' }), {
        threshold: MANY_FAILURES,
        description: 'The rate limit of the tenant is nearly used up: a flood of unknown tokens, or too short a cache.',
      }),
      this.#alarm('RefusalsJump', this.#refusedPercent(), {
        threshold: MANY_REFUSALS_PERCENT,
        description: 'More than half of many decisions are 401 or 403: somebody is guessing, or a client is broken.',
      }),
    ];
    for (const alarm of this.alarms) alarm.addAlarmAction(...actions);
    this.dashboard = this.#dashboard();
  }

  #alarm(
    id: string,
    metric: Metric | MathExpression,
    { threshold, description }: { threshold: number; description: string },
  ) {
    return new Alarm(this, id, {
      metric,
      threshold,
      alarmDescription: description,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  }

  #dashboard(): Dashboard {
    const by = (outcome: string) => this.#decisions({ outcome }).with({ label: outcome });
    return new Dashboard(this, 'Dashboard', {
      widgets: [
        [
          new GraphWidget({
            title: 'Decisions',
            left: ['allow', 'deny', 'unauthenticated', 'unavailable'].map(by),
            stacked: true,
          }),
          new GraphWidget({ title: 'Known already', left: [this.#metric(METRICS.cacheHits, 'Average')] }),
        ],
        [
          new GraphWidget({
            title: 'Calls to the tenant, ms',
            left: ['p50', 'p99'].map((statistic) => this.#metric(METRICS.issuerLatency, statistic)),
          }),
          new GraphWidget({
            title: 'Retries and cool-downs',
            left: [this.#metric(METRICS.issuerRetries, 'Sum'), this.#metric(METRICS.circuitOpenings, 'Sum')],
          }),
        ],
      ],
    });
  }

  #refusedPercent(): MathExpression {
    return new MathExpression({
      expression: `IF(total >= ${ENOUGH_DECISIONS}, 100 * (FILL(unauthenticated, 0) + FILL(denied, 0)) / total, 0)`,
      usingMetrics: {
        total: this.#decisions({}),
        unauthenticated: this.#decisions({ outcome: 'unauthenticated' }),
        denied: this.#decisions({ outcome: 'deny' }),
      },
      period: PERIOD,
    });
  }

  #decisions(dimensions: Dimensions): Metric {
    return this.#metric(METRICS.decisions, 'Sum', dimensions);
  }

  #metric(metricName: string, statistic: string, dimensions: Dimensions = {}): Metric {
    return new Metric({
      namespace: METRIC_NAMESPACE,
      metricName,
      statistic,
      dimensionsMap: { audience: this.#audience, ...dimensions },
      period: PERIOD,
    });
  }
}
