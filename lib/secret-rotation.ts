/** Lets Secrets Manager call a function of ours for the steps of a rotation, on a schedule or on demand. */
import { type Duration, Stack } from 'aws-cdk-lib';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnPermission, type IFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnRotationSchedule } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';

export interface SecretRotationProps {
  readonly secretArn: string;

  /** The function for the four steps. */
  readonly function: IFunction;

  /** In whole days. Zero turns the schedule off; rotations on demand remain possible. */
  readonly automaticallyAfter: Duration;

  /** What must exist before a scheduled rotation. */
  readonly after?: readonly Construct[];
}

/** Turning the schedule on does not start a rotation: a deployment changes no key. */
export function addSecretRotation(scope: Construct, props: SecretRotationProps): void {
  const { secretArn, function: rotate, automaticallyAfter, after = [] } = props;
  const permission = new CfnPermission(scope, 'CalledBySecretsManager', {
    action: 'lambda:InvokeFunction',
    functionName: rotate.functionArn,
    principal: new ServicePrincipal('secretsmanager.amazonaws.com').service,
    sourceAccount: Stack.of(scope).account,
    sourceArn: secretArn,
  });
  const automaticallyAfterDays = automaticallyAfter.toDays({ integral: false });
  if (!automaticallyAfter.isUnresolved() && automaticallyAfterDays === 0) return;
  const schedule = new CfnRotationSchedule(scope, 'Schedule', {
    secretId: secretArn,
    rotationLambdaArn: rotate.functionArn,
    rotationRules: { automaticallyAfterDays },
    rotateImmediatelyOnUpdate: false,
  });
  schedule.node.addDependency(permission, ...after);
}
