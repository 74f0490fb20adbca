/**
 * The adapter for REST APIs: a `REQUEST` event becomes a request for a decision, the decision a policy, an
 * `Unauthorized` or an error. No request path enters a policy: one cached answer then says nothing about other routes.
 */
import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { CHALLENGE_KEY } from '../../src/config/gateway-responses.ts';
import type { AuthorizationRequest } from '../../src/core/authorizer.ts';
import type { Decision } from '../../src/core/decision.ts';
import { insufficientScopeChallenge } from './challenge.ts';
import { principalContext } from './principal-context.ts';

/**
 * Reads a REST API `REQUEST` event.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html
 */
export function fromRestEvent(event: APIGatewayRequestAuthorizerEvent): AuthorizationRequest {
  const { httpMethod, resourcePath, identity } = event.requestContext;
  return {
    authorization: authorizationValues(event),
    method: httpMethod,
    resourcePath,
    path: event.path,
    callerIp: identity.sourceIp,
  };
}

/**
 * Writes a decision as API Gateway wants it.
 *
 * @throws Error `Unauthorized`, which API Gateway answers with 401, or an error named by its reason code, answered 5xx
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html
 */
export function toRestResult(
  decision: Decision,
  { methodArn }: Pick<APIGatewayRequestAuthorizerEvent, 'methodArn'>,
  audience: string,
): APIGatewayAuthorizerResult {
  switch (decision.outcome) {
    case 'allow':
      return policy('Allow', decision, methodArn);
    case 'deny': {
      const result = policy('Deny', decision, methodArn);
      const challenge = insufficientScopeChallenge(audience, decision.requiredScopes);
      return { ...result, context: { ...result.context, [CHALLENGE_KEY]: challenge } };
    }
    case 'unauthenticated':
      throw new Error('Unauthorized');
    case 'unavailable':
      throw new Error(decision.reason);
  }
}

function authorizationValues({ headers, multiValueHeaders }: APIGatewayRequestAuthorizerEvent): readonly string[] {
  const named = Object.entries(multiValueHeaders ?? headers ?? {}).filter(
    ([name]) => name.toLowerCase() === 'authorization',
  );
  return named.flatMap(([, value]) => value ?? []);
}

function policy(
  Effect: 'Allow' | 'Deny',
  { principal }: Extract<Decision, { outcome: 'allow' | 'deny' }>,
  methodArn: string,
): APIGatewayAuthorizerResult {
  const statement = { Action: 'execute-api:Invoke', Effect, Resource: calledMethod(methodArn) };
  return {
    principalId: principal.subject,
    policyDocument: { Version: '2012-10-17', Statement: [statement] },
    context: { ...principalContext(principal) },
  };
}

/** `arn:…:{api}/{stage}/{METHOD}/*`; method and resource path are identity sources, so the cached answer is theirs. */
function calledMethod(methodArn: string): string {
  const [api, stage, method] = methodArn.split('/');
  return `${api}/${stage}/${method}/*`;
}
