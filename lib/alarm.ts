/** One alarm as this project sets them: it goes off in the first period whose value reaches the threshold. */
import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';

export interface Threshold {
  readonly threshold: number;
  /** What has happened and what to look at, for whoever gets the notification. */
  readonly description: string;
  /** For a percentile: keep the state if there are too few values. */
  readonly ignoresFewValues?: boolean;
  /** Go off without values too, because something that should run has stopped. */
  readonly needsValues?: boolean;
}

export function alarmAt(
  scope: Construct,
  id: string,
  metric: IMetric,
  { threshold, description, ignoresFewValues = false, needsValues = false }: Threshold,
): Alarm {
  return new Alarm(scope, id, {
    metric,
    threshold,
    alarmDescription: description,
    evaluationPeriods: 1,
    comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    treatMissingData: needsValues ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
    ...(ignoresFewValues && { evaluateLowSampleCountPercentile: 'ignore' }),
  });
}
