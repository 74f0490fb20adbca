import type { APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { fromRestEvent, toRestResult } from '../../../../lambda/authorizer/rest.ts';
import { ALLOW, CONTEXT, DENY, PRINCIPAL, UNAUTHENTICATED, UNAVAILABLE } from '../../../support/lambda/decisions.ts';
import fixture from '../../../support/lambda/events/rest-request.json' with { type: 'json' };

const EVENT: APIGatewayRequestAuthorizerEvent = {
  ...fixture,
  type: 'REQUEST',
  requestContext: { ...fixture.requestContext, authorizer: undefined },
};
const AUDIENCE = 'https://demo.api';
describe('a REST API REQUEST event', () => {
  it("is read with the route of the API and the caller's address as the gateway saw it", () => {
    expect(fromRestEvent(EVENT)).toEqual({
      apiId: 'a1b2c3d4e5',
      evidence: expect.any(Function),
      authorization: ['Bearer abc'],
      method: 'GET',
      resourcePath: '/foo/{id}',
      path: '/foo/42',
      callerIp: '198.51.100.7',
    });
  });

  it.each([
    ['the API’s own host', '/admin/users', { proxy: 'admin/users' }, '/admin/users'],
    ['a custom domain with a base path', '/v1/admin/users', { proxy: 'admin/users' }, '/admin/users'],
    ['an encoded slash', '/v1/a%2Fb', { proxy: 'a/b' }, '/a%2Fb'],
    ['parameters that do not fit the path', '/v1/public', { proxy: 'admin' }, ''],
    ['no parameters', '/v1/public', null, ''],
  ])('has the served path if its resource is greedy: %s', (_what, path, pathParameters, expected) => {
    const requestContext = { ...EVENT.requestContext, resourcePath: '/{proxy+}' };
    const event = { ...EVENT, resource: '/{proxy+}', path, pathParameters, requestContext };
    expect(fromRestEvent(event).path).toBe(expected);
  });

  it('returns every Authorization header, whatever the case of its name', () => {
    const multiValueHeaders = { Authorization: ['Bearer a', 'Bearer b'], AUTHORIZATION: ['Basic c'], Accept: ['x'] };
    expect(fromRestEvent({ ...EVENT, multiValueHeaders }).authorization).toEqual(['Bearer a', 'Bearer b', 'Basic c']);
  });

  it.each([null, {}])('contains no credential if it has no headers (%j)', (multiValueHeaders) => {
    expect(fromRestEvent({ ...EVENT, headers: null, multiValueHeaders }).authorization).toEqual([]);
  });

  it('is read by its plain headers if it has no multi-value headers', () => {
    expect(fromRestEvent({ ...EVENT, multiValueHeaders: null }).authorization).toEqual(['Bearer abc']);
  });
});

describe('an allow decision', () => {
  it('is a policy for the called method, without any part of the request path', () => {
    const { policyDocument, principalId } = toRestResult(ALLOW, EVENT, { audience: AUDIENCE });
    expect(principalId).toBe('auth0|1234');
    expect(policyDocument.Statement).toEqual([
      {
        Action: 'execute-api:Invoke',
        Effect: 'Allow',
        Resource: 'arn:aws:execute-api:eu-central-1:123456789012:a1b2c3d4e5/prod/GET/*',
      },
    ]);
  });

  it.each(['*', '/../*', '/a*/b?', '/GET/*'])('is the same policy for the path %s', (path) => {
    const methodArn = `arn:aws:execute-api:eu-central-1:123456789012:a1b2c3d4e5/prod/POST/${path}`;
    const { policyDocument } = toRestResult(ALLOW, { methodArn }, { audience: AUDIENCE });
    expect(policyDocument.Statement).toMatchObject([
      { Resource: 'arn:aws:execute-api:eu-central-1:123456789012:a1b2c3d4e5/prod/POST/*' },
    ]);
  });

  it('passes the principal to the backend, with empty text for unknown values', () => {
    expect(toRestResult(ALLOW, EVENT, { audience: AUDIENCE }).context).toEqual(CONTEXT);
  });

  it('passes the signed principal to the backend, if there is one, and leaves fewer scopes beside it', () => {
    const token = 'a'.repeat(4200);
    const scopes = Array.from({ length: 1000 }, (_, index) => `scope:${index}`);
    const { context } = toRestResult({ ...ALLOW, token, principal: { ...PRINCIPAL, scopes } }, EVENT, {
      audience: AUDIENCE,
    });
    expect(context).toEqual({ ...CONTEXT, token, scope: expect.stringMatching(/^scope:0 .*scope:\d+$/) });
    expect(JSON.stringify(context).length).toBeLessThanOrEqual(7168);
  });

  it('drops whole scopes if they are longer than API Gateway accepts', () => {
    const scopes = Array.from({ length: 1000 }, (_, index) => `scope:${index}`);
    const { context } = toRestResult({ ...ALLOW, principal: { ...PRINCIPAL, scopes } }, EVENT, { audience: AUDIENCE });
    const sentScopes = String(context?.scope);
    expect(sentScopes.length).toBeLessThanOrEqual(4096);
    expect(sentScopes.split(' ')).toEqual(scopes.slice(0, sentScopes.split(' ').length));
    expect(sentScopes.split(' ').length).toBeGreaterThan(300);
  });
});

describe('any other decision', () => {
  it('is at most 7 KB, even with the longest names, and still contains scopes', () => {
    const long = 'ä'.repeat(512);
    const scopes = Array.from({ length: 1000 }, (_, index) => `scope:${index}`);
    const principal = { ...PRINCIPAL, subject: long, username: long, clientId: long, organizationId: long, scopes };
    const { context } = toRestResult({ ...ALLOW, principal }, EVENT, { audience: AUDIENCE });
    expect(Buffer.byteLength(JSON.stringify(context))).toBeLessThanOrEqual(7168);
    expect(String(context?.scope).split(' ').length).toBeGreaterThan(100);
  });

  it('is a Deny with the challenge for the 403 if the principal lacks a scope', () => {
    const { policyDocument, context } = toRestResult(DENY, EVENT, { audience: AUDIENCE });
    expect(policyDocument.Statement).toMatchObject([{ Effect: 'Deny' }]);
    expect(context).toMatchObject({
      www_authenticate: 'Bearer realm="https://demo.api", error="insufficient_scope", scope="delete:foo purge:foo"',
    });
  });

  it('names no scope in the challenge if no scope would allow the route', () => {
    const denied = { reason: 'route_unknown', principal: PRINCIPAL, requiredScopes: [], cacheHit: false } as const;
    expect(toRestResult({ outcome: 'deny', ...denied }, EVENT, { audience: AUDIENCE }).context).toMatchObject({
      www_authenticate: 'Bearer realm="https://demo.api", error="insufficient_scope"',
    });
  });

  it('is exactly "Unauthorized" if the credential proves nothing, whatever the reason', () => {
    expect(() => toRestResult(UNAUTHENTICATED, EVENT, { audience: AUDIENCE })).toThrow(/^Unauthorized$/);
  });

  it('throws an error with the reason code, not "Unauthorized", if the issuer could not be asked', () => {
    expect(() => toRestResult(UNAVAILABLE, EVENT, { audience: AUDIENCE })).toThrow(/^issuer_timeout$/);
  });
});
