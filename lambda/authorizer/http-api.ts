/**
 * The adapter for HTTP APIs, with payload format 2.0 and simple responses. A cached response would be used for every route
 * if the route key were not an identity source; `lib/` makes it one.
 */
import type { APIGatewayRequestAuthorizerEventV2, APIGatewaySimpleAuthorizerWithContextResult } from 'aws-lambda';
import type { AuthorizationRequest } from '../../src/authorizer/authorizer.ts';
import type { Decision } from '../../src/authorizer/decision.ts';
import type { PrincipalContext } from '../../src/core/principal.ts';
import { servedPath, UNKNOWN_PATH } from '../../src/core/served-path.ts';
import { evidenceIn } from './evidence.ts';
import { headerValues } from './header-values.ts';
import { principalContext } from './principal-context.ts';
import { refusal } from './refusal.ts';

export type HttpApiEvent = APIGatewayRequestAuthorizerEventV2;
export type HttpApiResult = APIGatewaySimpleAuthorizerWithContextResult<PrincipalContext>;

const DEFAULT_ROUTE = '$default';
const DEFAULT_STAGE = '$default';

/**
 * Reads an HTTP API's authorizer event. Its header names are in lower case, and repeated headers are joined by commas, so two
 * credentials become one malformed value.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
 */
export function fromHttpApiEvent(event: HttpApiEvent): AuthorizationRequest {
  const { http, domainName, authentication } = event.requestContext;
  const { routeKey, rawPath, pathParameters } = event;
  const resource = routeKey.slice(routeKey.indexOf(' ') + 1);
  const isDefault = routeKey === DEFAULT_ROUTE;
  const served =
    (isDefault ? pathOfDefaultRoute(event) : servedPath({ path: rawPath, resource, pathParameters })) ?? UNKNOWN_PATH;
  return {
    authorization: headerValues(event.headers, 'authorization'),
    method: http.method,
    // The default route catches every path, like a greedy one.
    resourcePath: isDefault ? '/{proxy+}' : resource,
    path: served,
    callerIp: http.sourceIp,
    evidence: (publicUrl) => {
      const place = { domainName, path: escaped(rawPath), served: escaped(served) };
      return evidenceIn(event, place, authentication?.clientCert, publicUrl);
    },
  };
}

/**
 * Turns a decision into an HTTP API's result.
 *
 * @throws Error `Unauthorized`, which API Gateway turns into a 401, or an error with the reason code, which becomes a 500
 */
export function toHttpApiResult(decision: Decision): HttpApiResult {
  switch (decision.outcome) {
    case 'allow':
      return { isAuthorized: true, context: principalContext(decision.principal, decision.token) };
    case 'deny':
      return { isAuthorized: false, context: principalContext(decision.principal) };
    default:
      throw refusal(decision);
  }
}

/**
 * The default route has no parameters that show where a base path ends. Under the API's own host, `rawPath` begins with
 * the stage, unless it is the default stage. Under a custom domain, nothing shows where a base path ends, so the path
 * is unknown.
 */
function pathOfDefaultRoute({ rawPath, requestContext }: HttpApiEvent): string | undefined {
  const { apiId, domainName, stage } = requestContext;
  if (!domainName.startsWith(`${apiId}.execute-api.`)) return undefined;
  if (stage === DEFAULT_STAGE) return rawPath;
  const prefix = `/${stage}`;
  return rawPath === prefix || rawPath.startsWith(`${prefix}/`) ? rawPath.slice(prefix.length) || '/' : undefined;
}

/** An HTTP API decodes the path. In a URL, these characters have another meaning, or are dropped. */
function escaped(path: string): string {
  return path.replace(/[%?#\\ \p{Cc}]/gu, encodeURIComponent);
}
