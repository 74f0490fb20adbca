/** Acknowledges rules of cdk-nag that do not apply to a construct, if the app's version of the CDK can record that. */
import { Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

export interface Acknowledgment {
  /** The rule, such as `AwsSolutions-SMG4`. */
  readonly id: string;
  readonly reason: string;
}

/** Undefined in older versions of aws-cdk-lib. */
const RECORDS: typeof Validations | undefined = Validations;

export function acknowledge(scope: IConstruct, ...acknowledgments: readonly Acknowledgment[]): void {
  RECORDS?.of(scope).acknowledge(...acknowledgments);
}
