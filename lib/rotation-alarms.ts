/**
 * Alarms over the rotations of the signing key. A failed rotation harms no caller: the old key stays in use. So nobody would
 * notice that the key is never rotated.
 */
import { Duration } from 'aws-cdk-lib';
import { type Alarm, type IAlarmAction, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { Rule } from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';
import { alarmAt } from './alarm.ts';
import type { KeyRotation } from './key-rotation.ts';

/** What `RotationAlarms` watches, and whom it notifies. */
export interface RotationAlarmsProps {
  /** The rotation to watch. */
  readonly rotation: KeyRotation;

  /**
   * Actions for when an alarm goes off, such as an `SnsAction`.
   *
   * @default - only the alarm's state changes
   */
  readonly actions?: readonly IAlarmAction[];
}

const PERIOD = Duration.minutes(5);

/**
 * Watches a rotation with two alarms: one over the function's errors, and one over the event that Secrets Manager sends when it
 * gives up. The event also covers a function that cannot be called, but EventBridge gets it only in an account with a trail.
 *
 * @example
 * new RotationAlarms(this, 'RotationAlarms', { rotation, actions: [new SnsAction(topic)] });
 */
export class RotationAlarms extends Construct {
  /** The two alarms, for actions of your own. */
  readonly alarms: readonly Alarm[];

  constructor(scope: Construct, id: string, { rotation, actions = [] }: RotationAlarmsProps) {
    super(scope, id);
    const errors = rotation.function.metricErrors({ period: PERIOD });
    this.alarms = [
      alarmAt(this, 'FunctionFailing', errors, {
        threshold: 1,
        description:
          'A step of a rotation, or a revocation, failed. The log of the key rotation function has the code; docs/operations.md explains it.',
      }),
      alarmAt(this, 'RotationFailed', this.#failures(rotation), {
        threshold: 1,
        description:
          'Secrets Manager could not rotate the signing key. The old key is still in use. The log of the key rotation function has the code.',
      }),
    ];
    for (const alarm of this.alarms) alarm.addAlarmAction(...actions);
  }

  /**
   * Counts the events of failed rotations. The rule needs no target, because its own metric feeds the alarm.
   *
   * @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/retrieve-ct-entries.html
   * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html
   */
  #failures({ secretArn }: KeyRotation): Metric {
    const { ruleName } = new Rule(this, 'Failures', {
      description: 'Matches failed rotations of the signing key. An alarm watches how often it matches.',
      eventPattern: {
        source: ['aws.secretsmanager'],
        detail: { eventName: ['RotationFailed'], additionalEventData: { SecretId: [secretArn] } },
      },
    });
    return new Metric({
      namespace: 'AWS/Events',
      metricName: 'MatchedEvents',
      dimensionsMap: { RuleName: ruleName },
      statistic: 'Sum',
      period: PERIOD,
    });
  }
}
