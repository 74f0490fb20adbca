import { describe, expect, it } from 'vitest';
import { adapt } from '../../../../lambda/authorizer/api-kinds.ts';
import { ALLOW } from '../../../support/lambda/decisions.ts';
import httpApi from '../../../support/lambda/events/http-api-request.json' with { type: 'json' };
import rest from '../../../support/lambda/events/rest-request.json' with { type: 'json' };
import webSocket from '../../../support/lambda/events/websocket-connect.json' with { type: 'json' };

const SETTINGS = { audience: 'https://demo.api', webSocketSubprotocols: false };

describe('the adapter for an event', () => {
  it.each([
    ['REST API', rest, '/foo/{id}', { policyDocument: expect.anything(), principalId: 'auth0|1234' }],
    ['HTTP API', httpApi, '/foo/{id}', { isAuthorized: true }],
    ['WebSocket API', webSocket, '$connect', { policyDocument: expect.anything(), principalId: 'auth0|1234' }],
  ])('is chosen by the kind of event: %s', (_, event, resourcePath, result) => {
    // The event arrives as untyped JSON.
    const { request, requestId, toResult } = adapt(JSON.parse(JSON.stringify(event)), SETTINGS);
    expect(requestId).toBe(event.requestContext.requestId);
    expect(requestId).toMatch(/./);
    expect(request).toMatchObject({ authorization: ['Bearer abc'], resourcePath, callerIp: '198.51.100.7' });
    expect(toResult(ALLOW)).toMatchObject(result);
  });
});
