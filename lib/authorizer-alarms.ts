/**
 * Alarms and a small dashboard over the metrics that the authorizer writes with its log. They do not use Lambda's own error
 * metric, because it counts every 401 of a REST API as an error.
 */
import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  Dashboard,
  GraphWidget,
  type IAlarmAction,
  MathExpression,
  type Metric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { AuthorizerFunction } from './authorizer-function.ts';

export interface AuthorizerAlarmsProps {
  /** The authorizer to watch. */
  readonly authorizer: AuthorizerFunction;

  /**
   * Actions for when an alarm goes off, such as an `SnsAction`.
   *
   * @default - only the alarm's state changes
   */
  readonly actions?: readonly IAlarmAction[];
}

const PERIOD = Duration.minutes(5);
/** More failures than a single unlucky caller causes. */
const MANY_FAILURES = 10;
/** With fewer decisions in five minutes, a percentage means nothing. */
const ENOUGH_DECISIONS = 50;
const MANY_REFUSALS_PERCENT = 50;

/**
 * Watches an authorizer with four alarms and a dashboard.
 *
 * @example
 * new AuthorizerAlarms(this, 'Alarms', { authorizer, actions: [new SnsAction(topic)] });
 */
export class AuthorizerAlarms extends Construct {
  /** The four alarms, for actions of your own. */
  readonly alarms: readonly Alarm[];

  /** Shows decisions, cache hits, latency and retries. */
  readonly dashboard: Dashboard;

  readonly #authorizer: AuthorizerFunction;

  constructor(scope: Construct, id: string, { authorizer, actions = [] }: AuthorizerAlarmsProps) {
    super(scope, id);
    this.#authorizer = authorizer;
    this.alarms = [
      this.#alarm('IssuerFailing', this.#decisions({ outcome: 'unavailable' }), {
        threshold: MANY_FAILURES,
        description: 'Callers get 503: the issuer or Secrets Manager does not respond. The log has the reason codes.',
      }),
      this.#alarm('ClientRefused', this.#decisions({ outcome: 'unavailable', reason: 'issuer_client_refused' }), {
        threshold: 1,
        description:
          'The issuer refuses our key or client. Callers get 503 until that is fixed. The log says which one (issuer_client_refused).',
      }),
      this.#alarm('Throttled', this.#decisions({ outcome: 'unavailable', reason: 'issuer_throttled' }), {
        threshold: MANY_FAILURES,
        description:
          'The rate limit of the issuer is nearly used up. There is a flood of unknown tokens, or results are cached too briefly.',
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
    { threshold, description }: { readonly threshold: number; readonly description: string },
  ): Alarm {
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
    const decisions = ['allow', 'deny', 'unauthenticated', 'unavailable'].map((outcome) =>
      this.#decisions({ outcome }).with({ label: outcome }),
    );
    const latencies = ['p50', 'p99'].map((statistic) => this.#authorizer.metricIssuerLatency({ statistic }));
    const troubles = [this.#authorizer.metricIssuerRetries(), this.#authorizer.metricCircuitOpenings()];
    return new Dashboard(this, 'Dashboard', {
      widgets: [
        [
          new GraphWidget({ title: 'Decisions', left: decisions, stacked: true }),
          new GraphWidget({ title: 'Cache hits', left: [this.#authorizer.metricCacheHits()] }),
        ],
        [
          new GraphWidget({ title: 'Requests to the issuer, ms', left: latencies }),
          new GraphWidget({ title: 'Retries and circuit openings', left: troubles }),
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

  #decisions(dimensionsMap: Record<string, string>): Metric {
    return this.#authorizer.metricDecisions({ dimensionsMap, period: PERIOD });
  }
}
