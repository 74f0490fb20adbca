/** Chooses the adapter for the kind of API that sent an event: REST, HTTP or WebSocket. */
import type { AuthorizationRequest } from '../../src/authorizer/authorizer.ts';
import type { Decision } from '../../src/authorizer/decision.ts';
import type { AuthorizerConfiguration } from '../../src/config/authorizer-configuration.ts';
import type { ChallengeSettings } from '../../src/config/challenges.ts';
import type { Headers } from './header-values.ts';
import { fromHttpApiEvent, type HttpApiEvent, type HttpApiResult, toHttpApiResult } from './http-api.ts';
import { fromRestEvent, type RestEvent, toRestResult } from './rest.ts';
import { fromWebSocketEvent, toWebSocketResult, type WebSocketEvent } from './websocket.ts';

export type AuthorizerEvent = RestEvent | HttpApiEvent | WebSocketEvent;
export type AuthorizerResult = ReturnType<typeof toRestResult> | HttpApiResult;

export type AdapterSettings = ChallengeSettings & Pick<AuthorizerConfiguration, 'webSocketSubprotocols'>;

/** The request that an event stands for, and how to turn the decision into the API's result. */
export interface AdaptedEvent {
  readonly request: AuthorizationRequest;
  readonly headers: Headers | null | undefined;
  /** API Gateway's id of the request, which the caller gets as `x-amzn-requestid` or `apigw-requestid`. */
  readonly requestId: string | undefined;
  /** @throws Error for a decision that API Gateway turns into a 401 or a 5xx */
  toResult(decision: Decision): AuthorizerResult;
}

/** Chooses the adapter for an event. */
export function adapt(event: AuthorizerEvent, settings: AdapterSettings): AdaptedEvent {
  const { requestId } = event.requestContext;
  if (isHttpApi(event)) {
    return { request: fromHttpApiEvent(event), headers: event.headers, requestId, toResult: toHttpApiResult };
  }
  const headers = event.multiValueHeaders ?? event.headers;
  return isWebSocket(event)
    ? {
        request: fromWebSocketEvent(event, settings.webSocketSubprotocols),
        headers,
        requestId,
        toResult: (decision) => toWebSocketResult(decision, event),
      }
    : {
        request: fromRestEvent(event),
        headers,
        requestId,
        toResult: (decision) => toRestResult(decision, event, settings),
      };
}

function isHttpApi(event: AuthorizerEvent): event is HttpApiEvent {
  return 'version' in event && event.version === '2.0';
}

function isWebSocket(event: RestEvent | WebSocketEvent): event is WebSocketEvent {
  return 'eventType' in event.requestContext && event.requestContext.eventType === 'CONNECT';
}
