/** The adapter for WebSocket APIs: a `REQUEST` authorizer on `$connect`, the only route on which a caller can authenticate. */
import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import type { AuthorizationRequest } from '../../src/authorizer/authorizer.ts';
import type { Decision } from '../../src/authorizer/decision.ts';
import { CONNECT_ROUTE } from '../../src/core/routes.ts';
import { type ClientCertificate, evidenceIn } from './evidence.ts';
import { headerValues } from './header-values.ts';
import { policy } from './policy.ts';
import { refusal } from './refusal.ts';

/** A WebSocket API's `REQUEST` event has no method and no path. */
export type WebSocketEvent = Pick<APIGatewayRequestAuthorizerEvent, 'methodArn' | 'headers' | 'multiValueHeaders'> & {
  readonly requestContext: {
    readonly eventType: 'CONNECT';
    readonly requestId?: string;
    readonly identity: { readonly sourceIp: string; readonly clientCert?: ClientCertificate | null };
    readonly domainName?: string;
    readonly stage?: string;
  };
};

/**
 * Reads the event of a WebSocket API's authorizer.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-lambda-auth.html
 */
export function fromWebSocketEvent(event: WebSocketEvent): AuthorizationRequest {
  const { identity, stage } = event.requestContext;
  return {
    authorization: headerValues(event.multiValueHeaders ?? event.headers, 'authorization'),
    method: 'GET',
    resourcePath: CONNECT_ROUTE,
    path: '/',
    callerIp: identity.sourceIp,
    // Not the path of a custom domain: with one, `publicUrl` says what the caller sees.
    evidence: () => evidenceIn(event, `/${stage}`, identity.clientCert),
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
      return policy('Allow', decision.principal, methodArn);
    case 'deny':
      return policy('Deny', decision.principal, methodArn);
    default:
      throw refusal(decision);
  }
}
