/**
 * Keeps a stack from being deleted while app specific passwords with an expiry exist: nobody would delete them in time any more. It
 * depends on every other resource of the stack, so CloudFormation deletes it first, and a refusal leaves everything as it is.
 */
import { Aspects, CfnResource, CustomResource, Duration, Names, Stack } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';

/** Lambda runs a function that dies three times in all, one and two minutes apart. The rest is for its last response. */
const SERVICE_TIMEOUT = Duration.minutes(15);
const TYPE = 'Custom::AppPasswordGuard';
/** Two guards in one stack would depend on each other, so neither depends on the other. */
const INDEPENDENT: readonly string[] = [TYPE, 'AWS::CDK::Metadata'];

/** @param scope below which the function is. The guard is directly in the stack, so that nothing depends on it by accident */
export function guardAppPasswords(scope: Construct, handler: IFunction): void {
  const stack = Stack.of(scope);
  const guard = new Construct(stack, `AppPasswordGuard${Names.uniqueId(scope)}`);
  const resource = new CustomResource(guard, 'Resource', {
    resourceType: TYPE,
    serviceToken: handler.functionArn,
    serviceTimeout: SERVICE_TIMEOUT,
  });
  // The last moment at which the tree may change.
  Aspects.of(guard).add({
    visit: (construct) => construct === guard && resource.node.addDependency(...othersIn(stack)),
  });
}

function othersIn(stack: Stack): readonly CfnResource[] {
  return stack.node
    .findAll()
    .filter((construct) => CfnResource.isCfnResource(construct))
    .filter(({ cfnResourceType }) => !INDEPENDENT.includes(cfnResourceType))
    .filter((other) => Stack.of(other) === stack);
}
