import { describe, expect, it } from 'vitest';
import { localConfiguration, withoutConnect } from '../../../local/options.ts';
import { ConfigurationError } from '../../../src/core/errors.ts';

describe('the configuration of local mode', () => {
  it('has the defaults of a deployment', () => {
    expect(localConfiguration()).toMatchObject({ gatewayTtlSeconds: 60, cacheTtlSeconds: 300, basicOrder: 'auto' });
  });

  it.each([
    [
      'cached responses together with scopes that must not be cached',
      { uncachedScopes: ['admin'] },
      'gatewayTtlSeconds: got 60; expected 0, because uncachedScopes forbids caching',
    ],
    [
      'a route that a REST API cannot have',
      { routes: { 'GET /~a': [] } },
      'routes: "GET /~a" holds characters that API Gateway does not accept in a path',
    ],
    [
      'the audience of a signed principal that does not exist',
      { principalTokenAudience: 'orders' },
      'principalTokenAudience: expected none, because there is no signed principal; remove it, or set principalToken to true',
    ],
    [
      'OPTIONS as a route',
      { routes: { 'OPTIONS /foo': [] } },
      'routes: "OPTIONS /foo" cannot be a route, since OPTIONS is open to everyone',
    ],
  ])('is refused, as in a deployment, with %s', (_what, values, fault) => {
    const error = new ConfigurationError('configuration_invalid', `The configuration is wrong: ${fault}`);
    expect(() => localConfiguration(values)).toThrow(error);
  });

  it('may have the route of a WebSocket API, because there is one beside the REST API', () => {
    const { routes } = localConfiguration({ routes: { 'GET /foo': [], $connect: ['chat'] } });
    expect(routes).toHaveProperty('$connect', ['chat']);
    expect(withoutConnect(routes)).toEqual({ 'GET /foo': [] });
  });
});
