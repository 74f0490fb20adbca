/** An authorizer's result: a policy for one resource, with the principal as its context. */
import type { APIGatewayAuthorizerResult } from 'aws-lambda';
import type { Decision } from '../../src/authorizer/decision.ts';
import { principalContext } from './principal-context.ts';

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html */
export function policy(
  Effect: 'Allow' | 'Deny',
  { principal, token }: Pick<Extract<Decision, { outcome: 'allow' }>, 'principal' | 'token'>,
  Resource: string,
): APIGatewayAuthorizerResult {
  return {
    principalId: principal.subject,
    policyDocument: {
      Version: '2012-10-17',
      Statement: [{ Action: 'execute-api:Invoke', Effect, Resource }],
    },
    context: { ...principalContext(principal, token) },
  };
}
