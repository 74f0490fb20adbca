/** The rules of cdk-nag's AwsSolutions pack that do not apply to this project's resources, each with the reason. */
import type { Method, RestApi } from 'aws-cdk-lib/aws-apigateway';
import type { IConstruct } from 'constructs';
import { acknowledge } from './acknowledge.ts';

const NO_WEB_ACL =
  'A web ACL costs money, and its rules depend on the callers. The operator may set ipRateLimit, or associate one.';

/** For a method that anyone may call. */
export function acknowledgeOpenMethod(method: Method, reason: string): void {
  acknowledge(method, { id: 'AwsSolutions-APIG4', reason }, { id: 'AwsSolutions-COG4', reason });
}

/** For a method behind the authorizer. */
export function acknowledgeAuthorizer(method: Method): void {
  const reason = 'The authorizer guards this method. A Cognito user pool cannot check its credentials.';
  acknowledge(method, { id: 'AwsSolutions-COG4', reason });
}

/**
 * For the API as a whole.
 *
 * @param hasWebAcl whether its stage has a web ACL, so that the rule about it applies
 */
export function acknowledgeRestApi(api: RestApi, hasWebAcl = false): void {
  if (!hasWebAcl) acknowledge(api, { id: 'AwsSolutions-APIG3', reason: NO_WEB_ACL });
  acknowledge(
    api,
    {
      id: 'AwsSolutions-APIG1',
      reason:
        'Off unless accessLog is set, since API Gateway refuses it in an account without its CloudWatch role, which is a setting of the whole account. The authorizer writes a line for each decision.',
    },
    {
      id: 'AwsSolutions-APIG2',
      reason: 'The backend validates requests itself; the gateway does not know its schemas.',
    },
    {
      id: 'AwsSolutions-APIG6',
      reason: 'Execution logs show the end of every Authorization header. The access log and the functions do not.',
    },
  );
}

/** For a function that X-Ray traces. */
export function acknowledgeTracing(scope: IConstruct): void {
  const reason = 'The permission to write X-Ray traces cannot be limited to a resource.';
  acknowledge(scope, { id: 'AwsSolutions-IAM5[Resource::*]', reason });
}

/** For a function in a VPC. */
export function acknowledgeNetworkInterfaces(scope: IConstruct): void {
  const reason =
    'Lambda creates the network interface in the name of the function, and requires the right for all of them.';
  acknowledge(scope, { id: 'AwsSolutions-IAM5[Resource::*]', reason });
}
