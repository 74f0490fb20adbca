/**
 * The adapter for REST APIs. It turns a `REQUEST` event into a request for a decision, and the decision into a policy,
 * `Unauthorized` or an error. No request path enters a policy, so a cached result says nothing about other routes.
 */
import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import type { AuthorizationRequest } from '../../src/authorizer/authorizer.ts';
import type { Decision } from '../../src/authorizer/decision.ts';
import { type ChallengeSettings, insufficientScopeChallenge } from '../../src/config/challenges.ts';
import { CHALLENGE_KEY } from '../../src/config/gateway-responses.ts';
import { servedPath, UNKNOWN_PATH } from '../../src/core/served-path.ts';
import { evidenceIn } from './evidence.ts';
import { headerValues } from './header-values.ts';
import { policy } from './policy.ts';
import { refusal } from './refusal.ts';

export type RestEvent = APIGatewayRequestAuthorizerEvent;

/**
 * Reads a REST API `REQUEST` event.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html
 */
export function fromRestEvent(event: RestEvent): AuthorizationRequest {
  const { path, pathParameters, requestContext } = event;
  const { apiId, httpMethod, resourcePath, identity, domainName } = requestContext;
  // The path of an event can begin with the base path of a custom domain.
  const served = servedPath({ path, resource: resourcePath, pathParameters }) ?? UNKNOWN_PATH;
  return {
    apiId,
    authorization: headerValues(event.multiValueHeaders ?? event.headers, 'authorization'),
    method: httpMethod,
    resourcePath,
    path: served,
    callerIp: identity.sourceIp,
    evidence: (publicUrl) =>
      evidenceIn(event, { domainName, path: requestContext.path, served }, identity.clientCert, publicUrl),
  };
}

/**
 * Turns a decision into a REST API's result.
 *
 * @param challenges what the challenge of a 403 says
 * @throws Error `Unauthorized`, which API Gateway turns into a 401, or an error with the reason code, which becomes a 5xx
 */
export function toRestResult(
  decision: Decision,
  { methodArn }: Pick<RestEvent, 'methodArn'>,
  challenges: ChallengeSettings,
): APIGatewayAuthorizerResult {
  switch (decision.outcome) {
    case 'allow':
      return policy('Allow', decision, calledMethod(methodArn));
    case 'deny': {
      const result = policy('Deny', decision, calledMethod(methodArn));
      const challenge = insufficientScopeChallenge(challenges, decision.requiredScopes);
      return { ...result, context: { ...result.context, [CHALLENGE_KEY]: challenge } };
    }
    default:
      throw refusal(decision);
  }
}

/** `arn:…:{api}/{stage}/{METHOD}/*`. Method and path are identity sources, so the cached result is for them only. */
function calledMethod(methodArn: string): string {
  const [api, stage, method] = methodArn.split('/');
  return `${api}/${stage}/${method}/*`;
}
