import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backendPath, isLiterally } from '../../../../lambda/backend-proxy/request-path.ts';

describe('backendPath', () => {
  it.each([
    ['/', '/'],
    ['/a/b', '/a/b'],
    ['/a/b/', '/a/b/'],
    ['/a%20b/c', '/a%20b/c'],
    ['/v1/x:cancel@2;v=1,2', '/v1/x:cancel@2;v=1,2'],
    ['/zoë und mehr', '/zo%C3%AB%20und%20mehr'],
    ['/a?b#c', '/a%3Fb%23c'],
    ['/...', '/...'],
  ])('encodes %s as %s', (path, expected) => {
    expect(backendPath(path)).toBe(expected);
  });

  it.each([
    '',
    'a',
    '//',
    '//a',
    '/a//b',
    '/.',
    '/..',
    '/a/../b',
    '/a/..',
    '/%2e%2e/b',
    '/.%2E/b',
    '/a%2fb',
    '/a%2Fb',
    '/a\\b',
    '/a%5cb',
    '/a%5Cb',
    '/a%252fb',
    '/a%25b',
    '/a%00b',
    '/a\nb',
    '/a%0d%0ab',
    '/%',
    '/%zz',
    '/%ff',
    '/\ud800',
  ])('refuses %j', (path) => {
    expect(backendPath(path)).toBeUndefined();
  });

  it('returns a path that a URL keeps, with the same decoded segments', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const path = `/${text}`;
        const sentPath = backendPath(path);
        if (sentPath === undefined) return;
        const { pathname, origin, search, hash } = new URL(`https://backend.example${sentPath}`);
        expect({ pathname, origin, search, hash }).toEqual({
          pathname: sentPath,
          origin: 'https://backend.example',
          search: '',
          hash: '',
        });
        expect(sentPath.split('/').map(decodeURIComponent)).toEqual(path.split('/').map(decodeURIComponent));
      }),
    );
  });
});

describe('isLiterally', () => {
  it.each(['/health', '/health/'])('accepts %s as the resource /health', (path) => {
    expect(isLiterally(path, '/health')).toBe(true);
  });

  it.each(['/', '/Health', '/health/x', '/x/health', '//health', '/health%2f'])(
    'does not accept %s as the resource /health',
    (path) => {
      expect(isLiterally(path, '/health')).toBe(false);
    },
  );

  it('never accepts a resource with a parameter', () => {
    expect(isLiterally('/{proxy+}', '/{proxy+}')).toBe(false);
    expect(isLiterally('/%7Bproxy+%7D', '/{proxy+}')).toBe(false);
  });

  it('accepts the root', () => {
    expect(isLiterally('/', '/')).toBe(true);
  });
});
