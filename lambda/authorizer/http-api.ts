/**
 * The adapter for HTTP APIs, payload format 2.0 with simple answers. An answer is replayed for every route unless the
 * route key is an identity source: `lib/` sees to that.
 */
import type { APIGatewayRequestAuthorizerEventV2, APIGatewaySimpleAuthorizerWithContextResult } from 'aws-lambda';
import type { AuthorizationRequest } from '../../src/core/authorizer.ts';
import type { Decision } from '../../src/core/decision.ts';
import { authorizationValues } from './authorization-values.ts';
import { type PrincipalContext, principalContext } from './principal-context.ts';
import { refusal } from './refusal.ts';

export type HttpApiEvent = APIGatewayRequestAuthorizerEventV2;
export type HttpApiResult = APIGatewaySimpleAuthorizerWithContextResult<PrincipalContext>;

const DEFAULT_ROUTE = '$default';

/**
 * Reads an HTTP API authorizer event, whose header names are in lower case and whose repeated headers are joined by
 * commas: two credentials in one value are malformed.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
 */
export function fromHttpApiEvent(event: HttpApiEvent): AuthorizationRequest {
  const { http, stage } = event.requestContext;
  const { routeKey } = event;
  return {
    authorization: authorizationValues(event.headers),
    method: http.method,
    // The default route catches every path, as a greedy one does.
    resourcePath: routeKey === DEFAULT_ROUTE ? '/{proxy+}' : routeKey.slice(routeKey.indexOf(' ') + 1),
    path: withoutStage(event.rawPath, stage),
    callerIp: http.sourceIp,
  };
}

/**
 * Writes a decision as an HTTP API wants it.
 *
 * @throws Error `Unauthorized`, which API Gateway answers with 401, or an error named by its reason code, answered 500
 */
export function toHttpApiResult(decision: Decision): HttpApiResult {
  switch (decision.outcome) {
    case 'allow':
      return { isAuthorized: true, context: principalContext(decision.principal) };
    case 'deny':
      return { isAuthorized: false, context: principalContext(decision.principal) };
    default:
      throw refusal(decision);
  }
}

/** `rawPath` begins with the stage, unless that is the default one. */
function withoutStage(rawPath: string, stage: string): string {
  const prefix = `/${stage}`;
  return stage !== DEFAULT_ROUTE && (rawPath === prefix || rawPath.startsWith(`${prefix}/`))
    ? rawPath.slice(prefix.length) || '/'
    : rawPath;
}
