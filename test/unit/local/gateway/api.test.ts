import type { APIGatewayProxyEvent } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import type { AuthorizerHandler } from '../../../../lambda/authorizer/create-handler.ts';
import { toRestResult } from '../../../../lambda/authorizer/rest.ts';
import { type ApiOptions, createApi } from '../../../../local/gateway/api.ts';
import { ALLOW, CONTEXT } from '../../../support/lambda/decisions.ts';

const CALL = {
  method: 'GET',
  path: '/foo',
  sourceIp: '127.0.0.1',
  fields: [['Authorization', 'Bearer abc']],
} as const;

function apiWith(authorizer: AuthorizerHandler, options: Partial<ApiOptions> = {}) {
  return createApi({
    authorizer,
    backend: async ({ httpMethod, resource }: APIGatewayProxyEvent) => {
      return { statusCode: 200, headers: {}, body: `${httpMethod} ${resource}` };
    },
    audience: 'https://demo.api',
    basicChallenge: false,
    routeKeys: ['GET /foo'],
    publicRouteKeys: [],
    ttlSeconds: 0,
    clock: () => 0,
    ...options,
  });
}

const UNAVAILABLE = {
  statusCode: 503,
  headers: {
    'Content-Type': 'application/problem+json',
    'Retry-After': '5',
    'access-control-allow-origin': '*',
    'access-control-expose-headers': 'WWW-Authenticate,Retry-After',
  },
  body: '{"title":"Service Unavailable","status":503,"detail":"The credential could not be checked. Try again."}',
};

describe('the cache of authorizer responses', () => {
  it.each([
    ['by resource if no resource is greedy', ['GET /{id}'], ['/{id}']],
    ['by path if a resource is greedy', ['GET /{id}', 'ANY /admin/{proxy+}'], ['/{id} /users', '/{id} /%61dmin']],
  ])('stores a response %s', async (_, routeKeys, expected) => {
    const called: string[] = [];
    const authorizer: AuthorizerHandler = async (event) => {
      if (!('resource' in event)) throw new Error('not a REST event');
      called.push(expected.length === 1 ? event.resource : `${event.resource} ${event.path}`);
      return toRestResult(ALLOW, event, { audience: 'https://demo.api' });
    };
    const api = apiWith(authorizer, { routeKeys, ttlSeconds: 60 });
    for (const path of ['/users', '/%61dmin', '/users']) await api({ ...CALL, path }, null);
    expect(called).toEqual(expected);
  });
});

describe('the gateway', () => {
  it.each(['AUTHORIZER_FAILURE', 'AUTHORIZER_CONFIGURATION_ERROR'] as const)(
    'responds with 503 and Retry-After if the authorizer throws and API Gateway reports %s',
    async (thrownErrorType) => {
      const authorizer = () => Promise.reject(new Error('issuer_timeout'));
      expect(await apiWith(authorizer, { thrownErrorType })(CALL, null)).toEqual(UNAVAILABLE);
    },
  );

  it('responds with 503 and Retry-After if the result is not one that API Gateway accepts', async () => {
    const authorizer = async () => ({ isAuthorized: true, context: CONTEXT });
    expect(await apiWith(authorizer)(CALL, null)).toEqual(UNAVAILABLE);
  });

  it('responds with 401 if the authorizer throws Unauthorized', async () => {
    const response = await apiWith(() => Promise.reject(new Error('Unauthorized')))(CALL, null);
    expect(response).toMatchObject({
      statusCode: 401,
      headers: { 'WWW-Authenticate': 'Bearer realm="https://demo.api"' },
    });
    expect(response.headers).not.toHaveProperty('Retry-After');
  });
});
