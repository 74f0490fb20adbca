import { describe, expect, it } from 'vitest';
import { localConfiguration } from '../../../local/options.ts';
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
      { routes: { $connect: [] } },
      'routes: "$connect" is for a WebSocket API, and this is a REST API',
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
});
