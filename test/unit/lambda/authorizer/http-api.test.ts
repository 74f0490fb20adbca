import { describe, expect, it } from 'vitest';
import { fromHttpApiEvent, type HttpApiEvent, toHttpApiResult } from '../../../../lambda/authorizer/http-api.ts';
import { ALLOW, CONTEXT, DENY, UNAUTHENTICATED, UNAVAILABLE } from '../../../support/lambda/decisions.ts';
import fixture from '../../../support/lambda/events/http-api-request.json' with { type: 'json' };

const EVENT: HttpApiEvent = { ...fixture, type: 'REQUEST' };

describe('an HTTP API event, payload 2.0', () => {
  it('is read with the route of the API and the path without its stage', () => {
    expect(fromHttpApiEvent(EVENT)).toEqual({
      evidence: expect.any(Function),
      authorization: ['Bearer abc'],
      method: 'GET',
      resourcePath: '/foo/{id}',
      path: '/foo/42',
      callerIp: '198.51.100.7',
    });
  });

  it.each([
    ['ANY /foo/{id}', '/foo/{id}'],
    ['$default', '/{proxy+}'],
    ['ANY /up/{proxy+}', '/up/{proxy+}'],
  ])('has the method that was called, and for the route key %s the resource path %s', (routeKey, resourcePath) => {
    expect(fromHttpApiEvent({ ...EVENT, routeKey })).toMatchObject({ method: 'GET', resourcePath });
  });

  it.each([
    ["the API's own host, which puts the stage first", '/prod/admin/users', 'admin/users', '/admin/users'],
    ['a custom domain without a base path', '/admin/users', 'admin/users', '/admin/users'],
    ['a custom domain with a base path', '/v1/admin/users', 'admin/users', '/admin/users'],
    ['a first segment that is named like the stage', '/prod/users', 'prod/users', '/prod/users'],
    ['a base path and a first segment that are named like the stage', '/prod/prod/x', 'prod/x', '/prod/x'],
    ['a path that the gateway decoded', '/v1/a b', 'a b', '/a b'],
    ['parameters that do not fit the path', '/prod/public', 'admin', ''],
    ['no parameters', '/prod/public', undefined, ''],
  ])('has the served path if its route is greedy: %s', (_what, rawPath, proxy, path) => {
    const pathParameters: Record<string, string> = proxy === undefined ? {} : { proxy };
    const event = { ...EVENT, routeKey: 'ANY /{proxy+}', rawPath, pathParameters };
    expect(fromHttpApiEvent(event)).toMatchObject({ path });
  });

  const OWN_HOST = EVENT.requestContext.domainName;
  it.each([
    [OWN_HOST, 'prod', '/prod', '/'],
    [OWN_HOST, 'prod', '/prod/foo', '/foo'],
    [OWN_HOST, 'prod', '/prod/prod/foo', '/prod/foo'],
    [OWN_HOST, 'prod', '/production/foo', ''],
    [OWN_HOST, '$default', '/prod/foo', '/prod/foo'],
    ['api.example.com', 'prod', '/prod/foo', ''],
    ['api.example.com', '$default', '/foo', ''],
    ['a1b2c3d4e5.example.com', '$default', '/foo', ''],
  ])(
    'has a path without the stage for the default route: %s, stage %s, path %s, result %j',
    (domainName, stage, rawPath, path) => {
      const requestContext = { ...EVENT.requestContext, domainName, stage };
      const event = { ...EVENT, routeKey: '$default', rawPath, pathParameters: {}, requestContext };
      expect(fromHttpApiEvent(event)).toMatchObject({ path });
    },
  );

  it('contains no credential if it has no headers', () => {
    expect(fromHttpApiEvent({ ...EVENT, headers: {} }).authorization).toEqual([]);
  });
});

describe('a decision for an HTTP API', () => {
  it('is a simple response with the principal, whether allowed or denied', () => {
    expect(toHttpApiResult(ALLOW)).toEqual({ isAuthorized: true, context: CONTEXT });
    expect(toHttpApiResult({ ...ALLOW, token: 'a.b.c' }).context).toEqual({ ...CONTEXT, token: 'a.b.c' });
    expect(toHttpApiResult(DENY)).toEqual({ isAuthorized: false, context: CONTEXT });
  });

  it('throws an error if there is no principal', () => {
    expect(() => toHttpApiResult(UNAUTHENTICATED)).toThrow(/^Unauthorized$/);
    expect(() => toHttpApiResult(UNAVAILABLE)).toThrow(/^issuer_timeout$/);
  });
});
