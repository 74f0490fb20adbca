import { describe, expect, it } from 'vitest';
import { fromHttpApiEvent, type HttpApiEvent, toHttpApiResult } from '../../../../lambda/authorizer/http-api.ts';
import { ALLOW, CONTEXT, DENY, UNAUTHENTICATED, UNAVAILABLE } from '../../../support/lambda/decisions.ts';
import fixture from './fixtures/http-api-request.json' with { type: 'json' };

const EVENT: HttpApiEvent = { ...fixture, type: 'REQUEST' };

describe('an HTTP API event, payload 2.0', () => {
  it('is read with the API’s own route, and the path without its stage', () => {
    expect(fromHttpApiEvent(EVENT)).toEqual({
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
  ])('of the route %s is one of %s, with the method that was called', (routeKey, resourcePath) => {
    expect(fromHttpApiEvent({ ...EVENT, routeKey })).toMatchObject({ method: 'GET', resourcePath });
  });

  it.each([
    ['prod', '/prod', '/'],
    ['prod', '/production/foo', '/production/foo'],
    ['prod', '/prod/prod/foo', '/prod/foo'],
    ['$default', '/prod/foo', '/prod/foo'],
  ])('in stage %s has the path %s as %s', (stage, rawPath, path) => {
    const requestContext = { ...EVENT.requestContext, stage };
    expect(fromHttpApiEvent({ ...EVENT, rawPath, requestContext })).toMatchObject({ path });
  });

  it('without headers yields no credential', () => {
    expect(fromHttpApiEvent({ ...EVENT, headers: {} }).authorization).toEqual([]);
  });
});

describe('a decision for an HTTP API', () => {
  it('is a simple answer with the principal, allowed or denied', () => {
    expect(toHttpApiResult(ALLOW)).toEqual({ isAuthorized: true, context: CONTEXT });
    expect(toHttpApiResult(DENY)).toEqual({ isAuthorized: false, context: CONTEXT });
  });

  it('is an error where there is no principal to speak of', () => {
    expect(() => toHttpApiResult(UNAUTHENTICATED)).toThrow(/^Unauthorized$/);
    expect(() => toHttpApiResult(UNAVAILABLE)).toThrow(/^upstream_timeout$/);
  });
});
