import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { servedPath } from '../../../src/core/served-path.ts';

const GREEDY = '/{proxy+}';

describe('the served path', () => {
  it.each([
    ['without a base path', '/orders/1', 'orders/1', '/orders/1'],
    ['below a base path', '/v1/admin/users', 'admin/users', '/admin/users'],
    ['below a base path of several segments', '/shop/v1/admin', 'admin', '/admin'],
    ['below a base path that the first segment repeats', '/v1/v1/x', 'v1/x', '/v1/x'],
    ['below a percent-encoded base path', '/%76%31/x', 'x', '/x'],
    ['with a final slash that is not in the parameter', '/v1/admin/', 'admin', '/admin/'],
    ['with a final slash that is in the parameter', '/v1/admin/', 'admin/', '/admin/'],
    ['as sent, if the parameter is decoded', '/v1/%61dmin/a%2Fb', 'admin/a/b', '/%61dmin/a%2Fb'],
    ['as sent, if the parameter is encoded', '/v1/test%2Balias', 'test%2Balias', '/test%2Balias'],
    ['with double slashes in its middle', '/v1/a//b', 'a//b', '/a//b'],
    ['with a percent sign that escapes nothing', '/v1/100%', '100%', '/100%'],
    ['with characters that are not ASCII', '/v1/zo%C3%AB', 'zoë', '/zo%C3%AB'],
  ])('is found %s', (_what, path, proxy, expected) => {
    expect(servedPath({ path, resource: GREEDY, pathParameters: { proxy } })).toBe(expected);
  });

  it('includes the segments of the resource, literal or parameters, before the greedy parameter', () => {
    const resource = '/tenants/{id}/{rest+}';
    const pathParameters = { id: 'a b', rest: 'x/y' };
    expect(servedPath({ path: '/v1/tenants/a%20b/x/y', resource, pathParameters })).toBe('/tenants/a%20b/x/y');
    expect(servedPath({ path: '/v1/tenants/other/x/y', resource, pathParameters })).toBeUndefined();
  });

  it.each([
    ['/health', '/health', '/health'],
    ['/v1/health', '/health', '/health'],
    ['/v1/health/', '/health', '/health/'],
    ['/v1/%68ealth', '/health', '/%68ealth'],
    ['/', '/', '/'],
    ['/v1', '/', '/'],
    ['/v1/', '/', '/'],
  ])('is found in %s for the literal resource %s: %s', (path, resource, expected) => {
    expect(servedPath({ path, resource, pathParameters: null })).toBe(expected);
  });

  it.each([
    ['the parameters are null', '/admin', null],
    ['the parameters are undefined', '/admin', undefined],
    ['the greedy parameter is missing', '/admin', { other: 'admin' }],
    ['the greedy parameter is empty', '/v1/', { proxy: '' }],
    ['the parameter is named like a member of every object', '/admin', {}, '/{constructor+}'],
    ['the path ends differently', '/v1/public', { proxy: 'admin' }],
    ['only part of a segment matches', '/v1admin', { proxy: 'admin' }],
    ['the path is shorter', '/b', { proxy: 'a/b' }],
    ['the path has more final slashes', '/admin//', { proxy: 'admin' }],
    ['a double slash precedes it', '//admin', { proxy: 'admin' }],
    ['dot segments precede it', '/public/../admin', { proxy: 'admin' }],
    ['encoded dot segments precede it', '/public/%2e%2e/admin', { proxy: 'admin' }],
    ['an encoded slash precedes it', '/a%2Fb/admin', { proxy: 'admin' }],
    ['the path does not begin with a slash', 'admin', { proxy: 'admin' }],
    ['the path is empty', '', { proxy: 'admin' }],
    ['the resource is literal and the path differs', '/admin', null, '/health'],
    ['the root has a double slash', '//', null, '/'],
  ])('is unknown if %s', (_what, path, pathParameters, resource = GREEDY) => {
    expect(servedPath({ path, resource, pathParameters })).toBeUndefined();
  });

  it('is always a spelling of what API Gateway matched, as sent or decoded, with any prefix', () => {
    const segment = fc.oneof(fc.constantFrom('v1', 'a', 'b', '%61', 'a%2Fb', 'a%2fb', '%2525', '..', ''), fc.string());
    fc.assert(
      fc.property(fc.array(segment), fc.array(segment, { minLength: 1 }), fc.boolean(), (base, served, isDecoded) => {
        const written = served.join('/');
        const proxy = isDecoded ? decoded(written) : written;
        const found = servedPath({
          path: `/${[...base, ...served].join('/')}`,
          resource: GREEDY,
          pathParameters: { proxy },
        });
        if (found === undefined) return;
        const ends = [found.slice(1), found.slice(1).replace(/\/$/, '')];
        expect(ends.some((end) => end === proxy || decoded(end) === proxy)).toBe(true);
        expect(`/${[...base, ...served].join('/')}`.endsWith(found)).toBe(true);
      }),
    );
  });

  it('is found below every base path that a mapping can have', () => {
    const baseSegment = fc.stringMatching(/^[A-Za-z0-9$\-_+!*'()]{1,8}$/);
    const segment = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !text.includes('\ud800'));
    fc.assert(
      fc.property(
        fc.array(baseSegment),
        fc.array(segment, { minLength: 1 }),
        fc.boolean(),
        (base, served, isDecoded) => {
          const written = served.map(encodeURIComponent).join('/');
          const path = `/${[...base, written].join('/')}`;
          const proxy = isDecoded ? served.join('/') : written;
          expect(servedPath({ path, resource: GREEDY, pathParameters: { proxy } })).toBe(`/${written}`);
        },
      ),
    );
  });
});

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
