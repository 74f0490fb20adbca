import { describe, expect, it } from 'vitest';
import { fromWebSocketEvent, toWebSocketResult, type WebSocketEvent } from '../../../../lambda/authorizer/websocket.ts';
import { ALLOW, CONTEXT, DENY, UNAUTHENTICATED, UNAVAILABLE } from '../../../support/lambda/decisions.ts';
import fixture from '../../../support/lambda/events/websocket-connect.json' with { type: 'json' };

const EVENT: WebSocketEvent = { ...fixture, requestContext: { ...fixture.requestContext, eventType: 'CONNECT' } };

describe('a WebSocket $connect event', () => {
  it('is read as the route $connect', () => {
    expect(fromWebSocketEvent(EVENT)).toEqual({
      evidence: expect.any(Function),
      authorization: ['Bearer abc'],
      method: 'GET',
      resourcePath: '$connect',
      path: '/',
      callerIp: '198.51.100.7',
    });
  });
});

describe('a decision for a WebSocket API', () => {
  it.each([
    ['Allow', ALLOW],
    ['Deny', DENY],
  ] as const)('is a policy, %s, for exactly $connect of the stage', (Effect, decision) => {
    const { principalId, policyDocument, context } = toWebSocketResult(decision, EVENT);
    expect(policyDocument.Statement).toEqual([{ Action: 'execute-api:Invoke', Effect, Resource: EVENT.methodArn }]);
    expect(principalId).toBe('auth0|1234');
    expect(context).toEqual(CONTEXT);
  });

  it('throws an error if there is no principal', () => {
    expect(() => toWebSocketResult(UNAUTHENTICATED, EVENT)).toThrow(/^Unauthorized$/);
    expect(() => toWebSocketResult(UNAVAILABLE, EVENT)).toThrow(/^issuer_timeout$/);
  });
});
