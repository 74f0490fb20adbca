/** The kinds of API that may call the authorizer, told apart by their events; one adapter a kind. */
import type { AuthorizationRequest } from '../../src/authorizer/authorizer.ts';
import type { Decision } from '../../src/authorizer/decision.ts';
import { fromHttpApiEvent, type HttpApiEvent, type HttpApiResult, toHttpApiResult } from './http-api.ts';
import { fromRestEvent, type RestEvent, toRestResult } from './rest.ts';
import { fromWebSocketEvent, toWebSocketResult, type WebSocketEvent } from './websocket.ts';

export type AuthorizerEvent = RestEvent | HttpApiEvent | WebSocketEvent;
export type AuthorizerResult = ReturnType<typeof toRestResult> | HttpApiResult;

/** An event with its adapter's two halves. */
export interface AdaptedEvent {
  readonly request: AuthorizationRequest;
  /** @throws Error for what API Gateway takes no answer for */
  answer(decision: Decision): AuthorizerResult;
}

/**
 * Chooses the adapter for an event.
 *
 * @param audience serves as the realm of challenges
 */
export function adapt(event: AuthorizerEvent, audience: string): AdaptedEvent {
  if (isHttpApi(event)) return { request: fromHttpApiEvent(event), answer: toHttpApiResult };
  return isWebSocket(event)
    ? { request: fromWebSocketEvent(event), answer: (decision) => toWebSocketResult(decision, event) }
    : { request: fromRestEvent(event), answer: (decision) => toRestResult(decision, event, audience) };
}

function isHttpApi(event: AuthorizerEvent): event is HttpApiEvent {
  return 'version' in event && event.version === '2.0';
}

function isWebSocket(event: RestEvent | WebSocketEvent): event is WebSocketEvent {
  return 'eventType' in event.requestContext && event.requestContext.eventType === 'CONNECT';
}
