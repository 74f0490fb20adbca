import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CONNECT_ROUTE, RouteMap, type RouteSettings, satisfies, scopesOf } from '../../../src/core/routes.ts';
import { configurationError } from '../../support/core/errors.ts';

const routes = new RouteMap({
  'GET /foo': ['read:foo'],
  'POST /foo': ['create:foo', 'audit'],
  'ANY /foo': ['any:foo'],
  'GET /x/{id}': { anyOf: ['a', 'b'] },
  'GET /me': [],
  'GET /health': 'public',
  'GET /': ['root'],
});

/** A request as the gateway reports it for a resource of this name. */
const called = (method: string, resourcePath: string, path = resourcePath) => ({ method, resourcePath, path });

describe('a route that the gateway names', () => {
  it.each([
    ['GET', '/foo', { allOf: ['read:foo'] }],
    ['POST', '/foo', { allOf: ['create:foo', 'audit'] }],
    ['DELETE', '/foo', { allOf: ['any:foo'] }],
    ['GET', '/x/{id}', { anyOf: ['a', 'b'] }],
    ['GET', '/me', { allOf: [] }],
    ['GET', '/', { allOf: ['root'] }],
  ])('requires what is configured: %s %s', (method, path, requirement) => {
    expect(routes.requirement(called(method, path))).toEqual(requirement);
  });

  it.each([
    ['a method that is not configured', 'POST', '/me'],
    ['a path that is not configured', 'GET', '/bar'],
    ['another name of the parameter', 'GET', '/x/{name}'],
    ['the value of a parameter', 'GET', '/x/1'],
    ['a public route, which has no authorizer', 'GET', '/health'],
    ['another case of the path', 'GET', '/FOO'],
    ['another case of the method', 'get', '/me'],
    ['a slash at the end', 'GET', '/foo/'],
    ['the prefix of a path', 'GET', '/fo'],
    ['a path below', 'GET', '/foo/bar'],
    ['no path', 'GET', ''],
    ['no method', '', '/me'],
    ['a name that every object has', 'GET', '/constructor'],
  ])('is unknown with %s', (_, method, path) => {
    expect(routes.requirement(called(method, path))).toBeUndefined();
  });

  it('is not found by the path of the request', () => {
    expect(routes.requirement(called('GET', '/me', '/foo'))).toEqual({ allOf: [] });
    expect(routes.requirement(called('GET', '/bar', '/me'))).toBeUndefined();
  });

  it('is found by its own method before ANY, in any order of configuration', () => {
    const anyFirst = new RouteMap({ 'ANY /a': ['any'], 'GET /a': ['get'] });
    const anyLast = new RouteMap({ 'GET /a': ['get'], 'ANY /a': ['any'] });
    for (const map of [anyFirst, anyLast]) {
      expect(map.requirement(called('GET', '/a'))).toEqual({ allOf: ['get'] });
      expect(map.requirement(called('PUT', '/a'))).toEqual({ allOf: ['any'] });
    }
  });

  it('is not replaced by a greedy route that the gateway did not name', () => {
    const greedy = new RouteMap({ 'ANY /{proxy+}': [] });
    expect(greedy.requirement(called('GET', '/foo'))).toBeUndefined();
  });
});

describe('a route under {proxy+}', () => {
  const proxied = new RouteMap({
    'ANY /{proxy+}': ['any'],
    'GET /foo': ['read:foo'],
    'ANY /admin': ['admin'],
    'GET /admin/{id}': ['admin:one'],
    'GET /admin/{id}/keys': ['admin:keys'],
    'DELETE /admin/{proxy+}': ['admin:all'],
    'GET /': ['root'],
    'GET /health': 'public',
  });
  const requirement = (method: string, path: string) => proxied.requirement(called(method, '/{proxy+}', path));

  it.each([
    ['GET', '/foo', 'read:foo'],
    ['GET', '/foo/', 'read:foo'],
    ['GET', '/f%6fo', 'read:foo'],
    ['GET', '/%66%6F%6f', 'read:foo'],
    ['POST', '/foo', 'any'],
    ['GET', '/foo/bar', 'any'],
    ['GET', '/admin', 'admin'],
    ['PUT', '/admin', 'admin'],
    ['GET', '/admin/7', 'admin:one'],
    ['GET', '/admin/7/', 'admin:one'],
    ['GET', '/admin/7/keys', 'admin:keys'],
    ['GET', '/admin/7/other', 'any'],
    ['DELETE', '/admin/7', 'admin:all'],
    ['DELETE', '/admin/7/keys/1', 'admin:all'],
    ['DELETE', '/admin', 'admin'],
    ['GET', '/', 'root'],
    ['POST', '/', 'any'],
    ['GET', '/health', 'any'],
    ['GET', '/%C3%BC', 'any'],
  ])('is found by the path: %s %s requires %s', (method, path, scope) => {
    expect(requirement(method, path)).toEqual({ allOf: [scope] });
  });

  it.each([
    '',
    'foo',
    'http://host/foo',
    '//foo',
    '/foo//',
    '//',
    '/./admin',
    '/foo/../admin',
    '/foo/%2e%2e/admin',
    '/foo/.%2E/admin',
    '/..',
    '/%2F',
    '/admin%2F7',
    '/admin%5c7',
    '/admin\\7',
    '/admin%252F7',
    '/admin%25',
    '/%61dmin%00',
    '/admin;a=b',
    '/admin%3Ba=b',
    '/admin?x',
    '/admin%3Fx',
    '/admin#x',
    '/admin%23',
    '/admin/*',
    '/admin%0a',
    '/%c0%afadmin',
    '/%',
    '/%zz',
    '/%e2%82',
  ])('is unknown if a backend may read the path differently: %j', (path) => {
    expect(requirement('GET', path)).toBeUndefined();
  });

  it('is the first configured route of two that differ only in the names of parameters', () => {
    const map = new RouteMap({ 'GET /x/{b}': ['first'], 'GET /x/{a}': ['second'] });
    expect(map.requirement(called('GET', '/{proxy+}', '/x/1'))).toEqual({ allOf: ['first'] });
  });

  it('is searched among routes with the same method', () => {
    const map = new RouteMap({ 'GET /{proxy+}': ['get'] });
    expect(map.requirement(called('POST', '/{proxy+}', '/a'))).toBeUndefined();
  });

  it('requires no less than the route that a lenient backend would choose, for any spelling of the path', () => {
    const strict: RouteSettings = { 'ANY /{proxy+}': [], 'ANY /admin/{proxy+}': ['admin'] };
    const map = new RouteMap(strict);
    const piece = fc.constantFrom(
      ...[
        '/',
        '//',
        '%2f',
        '%2F',
        '%5C',
        '\\',
        '%252f',
        '.',
        '..',
        '%2e',
        '%2E%2e',
        ';x',
        '%3b',
        '%00',
        '?',
        '%3f',
        '#',
      ],
      ...['admin', '%61dmin', 'adm%69n', '%2561dmin', 'a', 'foo', '', '%20', 'users'],
    );
    const path = fc.array(piece, { maxLength: 8 }).map((pieces) => `/${pieces.join('')}`);
    let matched = 0;
    fc.assert(
      fc.property(path, (spelled) => {
        const requirement = map.requirement(called('GET', '/{proxy+}', spelled));
        if (!requirement) return;
        matched += 1;
        expect(scopesOf(requirement), spelled).toEqual(lenientSegments(spelled)[0] === 'admin' ? ['admin'] : []);
      }),
      { numRuns: 2000 },
    );
    expect(matched).toBeGreaterThan(50);
  });
});

/** How the most lenient backend reads a path: it decodes repeatedly and ignores extra slashes, dots and parameters. */
function lenientSegments(path: string): readonly string[] {
  const decoded =
    decodeRepeatedly(path)
      .replaceAll('\\', '/')
      .split(/[?#\0]/)[0] ?? '';
  const segments: string[] = [];
  for (const segment of decoded.split('/').map((part) => part.replace(/;.*/, ''))) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(segment);
  }
  return segments;
}

function decodeRepeatedly(path: string): string {
  try {
    const decoded = decodeURIComponent(path);
    return decoded === path ? path : decodeRepeatedly(decoded);
  } catch {
    return path;
  }
}

describe('the $connect route of a WebSocket API', () => {
  const map = new RouteMap({ $connect: ['connect'], 'GET /foo': ['read:foo'] });

  it('requires what is configured', () => {
    expect(map.requirement(called('GET', CONNECT_ROUTE, '/'))).toEqual({ allOf: ['connect'] });
    expect(map.scopes).toEqual(['connect', 'read:foo']);
    expect(new RouteMap({ 'GET /foo': [] }).requirement(called('GET', CONNECT_ROUTE))).toBeUndefined();
  });

  it.each(['/', '/$connect', '$connect', '/%24connect', '/connect', '', '/a'])(
    'never matches the path of a request: %j',
    (path) => {
      expect(map.requirement(called('GET', '/{proxy+}', path))).toBeUndefined();
    },
  );

  it.each(['GET $connect', '$default', '$disconnect', '$connect/', '/$connect', 'ANY$connect'])(
    'has one spelling, which is not %j',
    (key) => {
      expect(() => new RouteMap({ [key]: [] })).toThrow(
        configurationError(
          'configuration_invalid',
          expect.stringContaining(`The route ${JSON.stringify(key)} is not valid.`),
        ),
      );
    },
  );
});

describe('the configuration of routes', () => {
  it.each([
    'GET /',
    'ANY /{proxy+}',
    'HEAD /a/b/c',
    'OPTIONS /a-b_c.d~e',
    'PUT /v1/{id}/x/{other-id}',
    'PATCH /a/{rest+}',
    'DELETE /a:b@c',
  ])('accepts the key %j', (key) => {
    expect(() => new RouteMap({ [key]: [] })).not.toThrow();
  });

  it.each([
    '',
    'GET',
    '/foo',
    'GET foo',
    'get /foo',
    'FETCH /foo',
    'GET  /foo',
    ' GET /foo',
    'GET /foo ',
    'GET /foo/',
    'GET //foo',
    'GET /foo bar',
    'GET /{proxy+}/foo',
    'GET /{}',
    'GET /{a}b',
    'GET /a{b}',
    'GET /{a b}',
    'GET /{+}',
    'GET /a{b+}',
    'GET /{a+}b',
    'GET /%66oo',
    'GET /foo?x=1',
    'GET /foo#x',
    'GET /ü',
    'GET /foo\n',
    '* /foo',
  ])('refuses the key %j', (key) => {
    expect(() => new RouteMap({ [key]: [] })).toThrow(
      configurationError(
        'configuration_invalid',
        `The route ${JSON.stringify(key)} is not valid. Expected a method or ANY, a space and a path such as "GET /foo/{id}" or "ANY /{proxy+}".`,
      ),
    );
  });

  it('is checked for public routes too', () => {
    expect(() => new RouteMap({ 'GET health': 'public' })).toThrow(
      configurationError('configuration_invalid', expect.stringContaining('The route "GET health" is not valid.')),
    );
  });

  it('is parsed or refused with a ConfigurationError, for any key', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((path) => `GET /${path}`),
        ),
        (key) => {
          try {
            expect(new RouteMap({ [key]: ['s'] }).scopes).toEqual(['s']);
          } catch (error) {
            expect(error).toMatchObject({ name: 'ConfigurationError', code: 'configuration_invalid' });
          }
        },
      ),
    );
  });

  it('lists the scopes of all routes that are not public, each once and in order', () => {
    expect(routes.scopes).toEqual(['a', 'any:foo', 'audit', 'b', 'create:foo', 'read:foo', 'root']);
    expect(new RouteMap({ 'GET /': 'public', 'GET /me': [] }).scopes).toEqual([]);
  });
});

describe('satisfies', () => {
  it.each([
    [['a', 'b', 'c'], { allOf: ['a', 'b'] }, true],
    [['a'], { allOf: ['a', 'b'] }, false],
    [[], { allOf: ['a'] }, false],
    [[], { allOf: [] }, true],
    [['b'], { anyOf: ['a', 'b'] }, true],
    [['c'], { anyOf: ['a', 'b'] }, false],
    [['c'], { anyOf: [] }, false],
    [['A'], { allOf: ['a'] }, false],
    [['read:foobar'], { allOf: ['read:foo'] }, false],
    [['read:foo'], { allOf: ['read:foobar'] }, false],
    [['*'], { allOf: ['a'] }, false],
  ])('reports for the scopes %j and the requirement %j: %s', (granted, requirement, isMet) => {
    expect(satisfies(granted, requirement)).toBe(isMet);
  });

  it('never allows less for more scopes', () => {
    const scope = fc.constantFrom('a', 'b', 'c', 'd');
    const requirement = fc.oneof(
      fc.array(scope).map((allOf) => ({ allOf })),
      fc.array(scope).map((anyOf) => ({ anyOf })),
    );
    fc.assert(
      fc.property(fc.array(scope), scope, requirement, (granted, more, wanted) => {
        if (satisfies(granted, wanted)) expect(satisfies([...granted, more], wanted)).toBe(true);
      }),
    );
  });
});
