import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adapt } from '../../../../lambda/authorizer/api-kinds.ts';
import { fromWebSocketEvent, toWebSocketResult, type WebSocketEvent } from '../../../../lambda/authorizer/websocket.ts';
import { parseCredential } from '../../../../src/core/credential.ts';
import { credentialError } from '../../../support/core/errors.ts';
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

/** The event of a browser: it sends one header with all subprotocols, and cannot send `Authorization`. */
function offering(...subprotocols: readonly string[]): WebSocketEvent {
  const { Authorization: _, ...headers } = EVENT.headers ?? {};
  const { Authorization: __, ...multiValueHeaders } = EVENT.multiValueHeaders ?? {};
  const value = subprotocols.join(', ');
  return {
    ...EVENT,
    headers: { ...headers, 'Sec-WebSocket-Protocol': value },
    multiValueHeaders: { ...multiValueHeaders, 'Sec-WebSocket-Protocol': [value] },
  };
}

const carrierOf = (token: string) => `bearer.${Buffer.from(token).toString('base64url')}`;
const credentialIn = (event: WebSocketEvent) => parseCredential(fromWebSocketEvent(event, true).authorization);

describe('a token in the subprotocols of a WebSocket', () => {
  it('is read if the authorizer accepts it, and nothing else about the request changes', () => {
    const event = offering('bearer', carrierOf('abc'));
    const { authorization, carrier, evidence: _, ...request } = fromWebSocketEvent(event, true);
    expect({ authorization, carrier }).toEqual({ authorization: ['Bearer abc'], carrier: 'subprotocol' });
    expect(request).toEqual({ method: 'GET', resourcePath: '$connect', path: '/', callerIp: '198.51.100.7' });
  });

  it('is ignored unless the authorizer is told to accept it', () => {
    expect(fromWebSocketEvent(offering('bearer', carrierOf('abc'))).authorization).toEqual([]);
    for (const webSocketSubprotocols of [false, true]) {
      const { request } = adapt(offering(carrierOf('abc')), { audience: 'https://demo.api', webSocketSubprotocols });
      expect(request.authorization).toEqual(webSocketSubprotocols ? ['Bearer abc'] : []);
    }
  });

  it('is the same credential as in Authorization, whatever token it is, and only of characters that a subprotocol may have', () => {
    const token = fc
      .tuple(fc.string({ unit: fc.constantFrom(...'AZaz09-._~+/'), minLength: 1 }), fc.constantFrom('', '=', '=='))
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(token, fc.subarray(['bearer', 'chat.v1', 'graphql-transport-ws']), (value, others) => {
        const carrier = carrierOf(value);
        expect(carrier).toMatch(/^[\w!#$%&'*+.^`|~-]+$/);
        expect(credentialIn(offering(...others, carrier))).toEqual({ kind: 'bearer', token: value });
      }),
    );
  });

  it.each([
    ['in the order of the specification', ['bearer', carrierOf('abc')]],
    ['before the scheme', [carrierOf('abc'), 'bearer']],
    ['among the subprotocols of the application', ['chat.v1', 'bearer', carrierOf('abc'), 'chat.v2']],
  ])('is found %s', (_, subprotocols) => {
    expect(credentialIn(offering(...subprotocols))).toEqual({ kind: 'bearer', token: 'abc' });
  });

  it.each([
    ['no spaces between them', { 'sec-websocket-protocol': [`bearer,${carrierOf('abc')}`] }],
    ['a header for each', { 'Sec-WebSocket-Protocol': ['bearer', carrierOf('abc')] }],
    ['tabs and spaces around them', { 'SEC-WEBSOCKET-PROTOCOL': [`\tbearer ,\t ${carrierOf('abc')} `] }],
  ])('is found in a header with %s', (_, multiValueHeaders) => {
    expect(credentialIn({ ...EVENT, multiValueHeaders })).toEqual({ kind: 'bearer', token: 'abc' });
  });

  it('is refused beside an Authorization header, and beside another token', () => {
    const repeated = credentialError('credential_repeated', 'Got 2 Authorization headers, expected one.');
    const event = offering('bearer', carrierOf('abc'));
    const both = { ...event, multiValueHeaders: { ...event.multiValueHeaders, authorization: ['Bearer abc'] } };
    expect(() => credentialIn(both)).toThrow(repeated);
    expect(() => credentialIn(offering(carrierOf('abc'), carrierOf('abc')))).toThrow(repeated);
  });

  it.each([
    ['nothing', 'bearer.'],
    ['what is not base64url', 'bearer.%'],
    ['plain base64', `bearer.${Buffer.from('??>').toString('base64')}`],
    ['base64url with padding', 'bearer.YQ=='],
    ['base64url with unused bits', 'bearer.YR'],
    ['the token itself', `bearer.a.b.c`],
    ['a token with spaces around it', carrierOf(' abc ')],
    ['a Basic credential', carrierOf('Basic dTpw')],
    ['a user name and a password', carrierOf('user:password')],
    ['two tokens', carrierOf('abc, def')],
    ['other characters', carrierOf('äbc')],
  ])('is refused if it holds %s', (_, carrier) => {
    expect(() => credentialIn(offering('bearer', carrier))).toThrow(
      credentialError('credential_malformed', 'The Bearer token is empty or holds characters outside b64token.'),
    );
  });

  it.each([['bearer'], ['Bearer.YWJj'], ['basic.dTpw'], ['xbearer.YWJj'], ['']])(
    'is missing if the only subprotocol is %j',
    (subprotocol) => {
      expect(fromWebSocketEvent(offering(subprotocol), true).authorization).toEqual([]);
    },
  );

  it('never breaks the authorizer, whatever the header holds', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' })), fc.string(), (values, rest) => {
        const event = { ...EVENT, multiValueHeaders: { 'Sec-WebSocket-Protocol': [...values, `bearer.${rest}`] } };
        for (const value of fromWebSocketEvent(event, true).authorization) expect(value).toMatch(/^Bearer \S*$/);
      }),
    );
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

  it('passes the signed principal to the integrations, if there is one', () => {
    expect(toWebSocketResult({ ...ALLOW, token: 'a.b.c' }, EVENT).context).toEqual({ ...CONTEXT, token: 'a.b.c' });
  });

  it('throws an error if there is no principal', () => {
    expect(() => toWebSocketResult(UNAUTHENTICATED, EVENT)).toThrow(/^Unauthorized$/);
    expect(() => toWebSocketResult(UNAVAILABLE, EVENT)).toThrow(/^issuer_timeout$/);
  });
});
