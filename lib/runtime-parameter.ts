/**
 * A parameter that the functions of a stack make, write and delete, and CloudFormation does not: it would write the template's
 * value over theirs whenever anything about the parameter changed, a tag of the stack for one.
 */
import { ArnFormat, Names, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

export interface RuntimeParameter {
  readonly parameterName: string;
  readonly parameterArn: string;
}

/** Names a parameter after a construct, the same at every deployment. */
export function runtimeParameter(scope: Construct, id: string): RuntimeParameter {
  // Without slashes, which its ARN would have to take into account. The beginning, since no name may begin with "aws" or
  // "ssm", and a stack's may.
  const parameterName = `auth0-${Names.uniqueResourceName(scope, {})}-${id}`;
  const parts = { service: 'ssm', resource: 'parameter', resourceName: parameterName };
  const parameterArn = Stack.of(scope).formatArn({ ...parts, arnFormat: ArnFormat.SLASH_RESOURCE_NAME });
  return { parameterName, parameterArn };
}
