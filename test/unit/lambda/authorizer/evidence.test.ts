import { describe, expect, it } from 'vitest';
import { fromHttpApiEvent, type HttpApiEvent } from '../../../../lambda/authorizer/http-api.ts';
import { fromRestEvent, type RestEvent } from '../../../../lambda/authorizer/rest.ts';
import { fromWebSocketEvent, type WebSocketEvent } from '../../../../lambda/authorizer/websocket.ts';
import { isSameUrl } from '../../../../src/proof-of-possession/request-url.ts';
import httpApiEvent from '../../../support/lambda/events/http-api-request.json' with { type: 'json' };
import restEvent from '../../../support/lambda/events/rest-request.json' with { type: 'json' };
import webSocketEvent from '../../../support/lambda/events/websocket-connect.json' with { type: 'json' };

const HTTP: HttpApiEvent = { ...httpApiEvent, type: 'REQUEST' };
const REST: RestEvent = {
  ...restEvent,
  type: 'REQUEST',
  requestContext: { ...restEvent.requestContext, authorizer: undefined },
};
const SOCKET: WebSocketEvent = {
  ...webSocketEvent,
  requestContext: { ...webSocketEvent.requestContext, eventType: 'CONNECT' },
};
const PUBLIC_URL = 'https://api.example.com/base/';

function evidenceOf(request: ReturnType<typeof fromHttpApiEvent>, publicUrl?: string) {
  return request.evidence?.(publicUrl);
}

describe('the URL of a request, as its caller sees it', () => {
  it('is that of the event, with the stage', () => {
    expect(evidenceOf(fromRestEvent(REST))?.url).toBe(
      `https://${REST.requestContext.domainName}${REST.requestContext.path}`,
    );
    expect(evidenceOf(fromHttpApiEvent(HTTP))?.url).toBe(`https://${HTTP.requestContext.domainName}${HTTP.rawPath}`);
  });

  it('is below the public URL, without the stage', () => {
    const { path } = fromRestEvent(REST);
    expect(evidenceOf(fromRestEvent(REST), PUBLIC_URL)?.url).toBe(`https://api.example.com/base${path}`);
    expect(evidenceOf(fromHttpApiEvent(HTTP), PUBLIC_URL)?.url).toBe(
      `https://api.example.com/base${fromHttpApiEvent(HTTP).path}`,
    );
  });

  it.each([
    'user@example.com',
    'auth0|123',
    'a:b',
    'a+b',
    'a=b',
    'a&b',
    '50%',
    'what?',
    'a#b',
    'a\\b',
    'ü',
    'a b',
    'a ',
    'a\tb',
    'a\n',
  ])('is the one that the client has encoded, although an HTTP API decodes it: %s', (id) => {
    const event = { ...HTTP, routeKey: 'GET /foo/{id}', rawPath: `/foo/${id}`, pathParameters: { id } };
    const sent = (base: string) => `${base}/foo/${encodeURIComponent(id)}`;
    const request = fromHttpApiEvent(event);
    const own = `https://${HTTP.requestContext.domainName}`;
    expect(isSameUrl(sent(own), evidenceOf(request)?.url ?? '')).toBe(true);
    expect(isSameUrl(sent('https://api.example.com'), evidenceOf(request, 'https://api.example.com')?.url ?? '')).toBe(
      true,
    );
    expect(isSameUrl(`${own}/foo/a`, evidenceOf(request)?.url ?? '')).toBe(false);
  });

  it('does not repeat the path of the public URL if the own paths of the API begin with it', () => {
    const at = (path: string) => ({ ...HTTP, routeKey: `GET ${path}`, rawPath: path, pathParameters: {} });
    const url = (path: string) => evidenceOf(fromHttpApiEvent(at(path)), 'https://mcp.example.com/mcp')?.url;
    expect(url('/mcp')).toBe('https://mcp.example.com/mcp');
    expect(url('/mcp/tools')).toBe('https://mcp.example.com/mcp/tools');
    expect(url('/mcps')).toBe('https://mcp.example.com/mcp/mcps');
    expect(url('/tools')).toBe('https://mcp.example.com/mcp/tools');
  });

  it('is that of the event if its domain is the one of the public URL', () => {
    const { domainName } = HTTP.requestContext;
    const at = (path: string) => ({ ...HTTP, routeKey: `GET ${path}`, rawPath: path, pathParameters: {} });
    expect(evidenceOf(fromHttpApiEvent(at('/users')), `https://${domainName}/mcp`)?.url).toBe(
      `https://${domainName}/users`,
    );
  });

  it('is unknown if the event does not say it, or if the path does not fit the route', () => {
    const requestContext = { ...REST.requestContext, domainName: undefined };
    expect(evidenceOf(fromRestEvent({ ...REST, requestContext }))?.url).toBeUndefined();
    const odd = { ...HTTP, routeKey: 'GET /foo/{id}', rawPath: '/foo/1', pathParameters: { id: '2' } };
    expect(evidenceOf(fromHttpApiEvent(odd), PUBLIC_URL)?.url).toBeUndefined();
  });

  it('is known for a WebSocket only under its own host, or by the public URL', () => {
    const { apiId, stage } = { apiId: 'f6g7h8i9j0', stage: 'prod' };
    const at = (domainName: string) => ({
      ...SOCKET,
      requestContext: { ...SOCKET.requestContext, apiId, stage, domainName },
    });
    const own = `${apiId}.execute-api.eu-central-1.amazonaws.com`;
    expect(evidenceOf(fromWebSocketEvent(at(own), false))?.url).toBe(`https://${own}/prod`);
    expect(evidenceOf(fromWebSocketEvent(at('ws.example.com'), false))?.url).toBeUndefined();
    expect(evidenceOf(fromWebSocketEvent(at('ws.example.com'), false), 'https://ws.example.com')?.url).toBe(
      'https://ws.example.com/',
    );
  });
});
