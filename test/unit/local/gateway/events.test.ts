import { describe, expect, it } from 'vitest';
import { authorizerEvent, type GatewayRequest, proxyEvent } from '../../../../local/gateway/events.ts';

function request(resourcePath: string, path: string): GatewayRequest {
  return { method: 'GET', path, resourcePath, sourceIp: '127.0.0.1', fields: [], body: null };
}

describe('the events for the authorizer and the backend', () => {
  it.each([
    ['/foo', '/foo', null],
    ['/foo/{id}', '/foo/42', { id: '42' }],
    ['/foo/{id}', '/foo/a%20b', { id: 'a%20b' }],
    ['/foo/{id}/bar/{other}', '/foo/1/bar/2', { id: '1', other: '2' }],
    ['/{proxy+}', '/admin/users', { proxy: 'admin/users' }],
    ['/{proxy+}', '/admin/a%2Fb', { proxy: 'admin/a%2Fb' }],
    ['/{proxy+}', '/admin/', { proxy: 'admin' }],
    ['/up/{id}/{rest+}', '/up/1/a//b', { id: '1', rest: 'a//b' }],
  ])('contain the resource %s, the path %s and the parameters %j', (resource, path, pathParameters) => {
    const expected = { resource, path, pathParameters };
    expect(authorizerEvent(request(resource, path))).toMatchObject(expected);
    expect(proxyEvent(request(resource, path), {})).toMatchObject(expected);
  });
});
