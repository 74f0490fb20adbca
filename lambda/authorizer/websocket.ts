/** The adapter for WebSocket APIs: a `REQUEST` authorizer on `$connect`, the only route on which a caller can authenticate. */
import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import type { AuthorizationRequest } from '../../src/authorizer/authorizer.ts';
import type { Decision } from '../../src/authorizer/decision.ts';
import { CONNECT_ROUTE } from '../../src/core/routes.ts';
import { type ClientCertificate, evidenceIn, type Place } from './evidence.ts';
import { type Headers, headerValues } from './header-values.ts';
import { policy } from './policy.ts';
import { refusal } from './refusal.ts';

/** A WebSocket API's `REQUEST` event has no method and no path. */
export type WebSocketEvent = Pick<APIGatewayRequestAuthorizerEvent, 'methodArn' | 'headers' | 'multiValueHeaders'> & {
  readonly requestContext: {
    readonly eventType: 'CONNECT';
    readonly requestId?: string;
    readonly identity: { readonly sourceIp: string; readonly clientCert?: ClientCertificate | null };
    readonly apiId?: string;
    readonly domainName?: string;
    readonly stage?: string;
  };
};

/** The token as base64url, because not every character of a token may be in the name of a subprotocol (RFC 6455 section 4.1). */
const TOKEN_SUBPROTOCOL = 'bearer.';

/**
 * Reads the event of a WebSocket API's authorizer.
 *
 * @param acceptsSubprotocols accept a token in a subprotocol too. Together with `Authorization`, there are two credentials
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-lambda-auth.html
 */
export function fromWebSocketEvent(event: WebSocketEvent, acceptsSubprotocols = false): AuthorizationRequest {
  const { identity } = event.requestContext;
  const headers = event.multiValueHeaders ?? event.headers;
  const offered = acceptsSubprotocols ? offeredTokens(headers) : [];
  return {
    authorization: [...headerValues(headers, 'authorization'), ...offered],
    carrier: offered.length > 0 ? 'subprotocol' : undefined,
    method: 'GET',
    resourcePath: CONNECT_ROUTE,
    path: '/',
    callerIp: identity.sourceIp,
    evidence: (publicUrl) => evidenceIn(event, placeOf(event), identity.clientCert, publicUrl),
  };
}

/**
 * Turns a decision into a WebSocket API's result. The policy is for `{api}/{stage}/$connect` only.
 *
 * @throws Error `Unauthorized`, or an error with the reason code
 */
export function toWebSocketResult(
  decision: Decision,
  { methodArn }: Pick<WebSocketEvent, 'methodArn'>,
): APIGatewayAuthorizerResult {
  switch (decision.outcome) {
    case 'allow':
      return policy('Allow', decision, methodArn);
    case 'deny':
      return policy('Deny', decision, methodArn);
    default:
      throw refusal(decision);
  }
}

/** Each token among the subprotocols, as `Authorization` would hold it. What is not canonical base64url of a token becomes empty. */
function offeredTokens(headers: Headers | null | undefined): readonly string[] {
  const names = headerValues(headers, 'sec-websocket-protocol').flatMap((value) => value.split(','));
  return names
    .map((name) => name.trim())
    .filter((name) => name.startsWith(TOKEN_SUBPROTOCOL))
    .map((name) => {
      const encoded = name.slice(TOKEN_SUBPROTOCOL.length);
      const bytes = Buffer.from(encoded, 'base64url');
      const token = bytes.toString('latin1');
      return `Bearer ${bytes.toString('base64url') === encoded && !/\s/.test(token) ? token : ''}`;
    });
}

/** Under a custom domain, nothing shows its base path. Then only `publicUrl` says what the caller sees. */
function placeOf({ requestContext: { apiId, domainName, stage } }: WebSocketEvent): Place {
  const isOwn = domainName?.startsWith(`${apiId}.execute-api.`) ?? false;
  return { domainName: isOwn ? domainName : undefined, path: `/${stage}`, served: '/' };
}
