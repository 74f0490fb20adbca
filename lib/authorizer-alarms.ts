/**
 * Alarms and a dashboard over the metrics that the authorizer writes with its log. They do not use Lambda's own error
 * metric, because it counts every 401 of a REST API as an error.
 */
import { Duration } from 'aws-cdk-lib';
import type { Alarm, Dashboard, IAlarmAction, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { alarmAt } from './alarm.ts';
import { AuthorizerDashboard, type AuthorizerDashboardProps } from './authorizer-dashboard.ts';
import type { AuthorizerFunction } from './authorizer-function.ts';

/** What `AuthorizerAlarms` watches and shows, and whom it notifies. */
export interface AuthorizerAlarmsProps extends AuthorizerDashboardProps {
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
/** The median of values that are 0 or 1. */
const MORE_THAN_HALF = 0.5;

/**
 * Watches an authorizer with four alarms and a dashboard.
 *
 * @example
 * new AuthorizerAlarms(this, 'Alarms', { authorizer, actions: [new SnsAction(topic)] });
 */
export class AuthorizerAlarms extends Construct {
  /** The four alarms, for actions of your own. `authorizer.revocation.alarm` is another one. */
  readonly alarms: readonly Alarm[];

  /** The dashboard of an `AuthorizerDashboard`. */
  readonly dashboard: Dashboard;

  readonly #authorizer: AuthorizerFunction;

  constructor(scope: Construct, id: string, { actions = [], ...props }: AuthorizerAlarmsProps) {
    super(scope, id);
    const { authorizer } = props;
    this.#authorizer = authorizer;
    this.alarms = [
      alarmAt(this, 'IssuerFailing', this.#decisions({ outcome: 'unavailable' }), {
        threshold: MANY_FAILURES,
        description: 'Callers get 503: the issuer or Secrets Manager does not respond. The log has the reason codes.',
      }),
      alarmAt(this, 'ClientRefused', this.#decisions({ outcome: 'unavailable', reason: 'issuer_client_refused' }), {
        threshold: 1,
        description:
          'The issuer refuses our key or client. Callers get 503 until that is fixed. The log says which one (issuer_client_refused).',
      }),
      alarmAt(this, 'Throttled', this.#decisions({ outcome: 'unavailable', reason: 'issuer_throttled' }), {
        threshold: MANY_FAILURES,
        description:
          'The rate limit of the issuer is nearly used up. There is a flood of unknown tokens, or results are cached too briefly.',
      }),
      this.#refusalsJump(),
    ];
    for (const alarm of [...this.alarms, authorizer.revocation.alarm]) alarm.addAlarmAction(...actions);
    this.dashboard = new AuthorizerDashboard(this, 'Dashboard', props).dashboard;
  }

  /** One caller who fails now and then does not move the median. Below 20 decisions the alarm keeps its state. */
  #refusalsJump(): Alarm {
    return alarmAt(this, 'RefusalsJump', this.#authorizer.metricRefusals({ statistic: 'p50', period: PERIOD }), {
      threshold: MORE_THAN_HALF,
      description: 'More than half of many decisions are 401 or 403: somebody is guessing, or a client is broken.',
      ignoresFewValues: true,
    });
  }

  #decisions(dimensionsMap: Record<string, string>): Metric {
    return this.#authorizer.metricDecisions({ dimensionsMap, period: PERIOD });
  }
}
