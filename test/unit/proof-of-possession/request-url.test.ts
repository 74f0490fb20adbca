import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSameUrl } from '../../../src/proof-of-possession/request-url.ts';

const URL_OF_REQUEST = 'https://api.example.com/prod/foo';

describe('the URL in a proof', () => {
  it.each([
    URL_OF_REQUEST,
    'https://API.example.com:443/prod/foo',
    'HTTPS://api.example.com/prod/./foo',
    'https://api.example.com/prod/bar/../foo',
    'https://api.example.com/prod/f%6Fo',
    'https://api.example.com/prod/foo/',
    'https://api.example.com/prod/foo?a=b',
    'https://api.example.com/prod/foo#part',
    'https://api.example.com/prod/%66%6f%6F',
  ])('is that of the request, however it is written: %s', (htu) => {
    expect(isSameUrl(htu, URL_OF_REQUEST)).toBe(true);
  });

  it.each([
    'https://api.example.com/prod/fo',
    'https://api.example.com/prod/foo/bar',
    'https://api.example.com/prod//foo',
    'https://api.example.com/prod/FOO',
    'https://api.example.com/foo',
    'https://api.example.com/prod%2Ffoo',
    'https://api.example.com:8443/prod/foo',
    'https://api.example.com.evil.example/prod/foo',
    'https://evil.example/prod/foo',
    'http://api.example.com/prod/foo',
    'https://user@api.example.com/prod/foo',
    'https://api.example.com\\prod\\foo',
    '/prod/foo',
    'api.example.com/prod/foo',
    '',
  ])('is another one: %s', (htu) => {
    expect(isSameUrl(htu, URL_OF_REQUEST)).toBe(false);
    expect(isSameUrl(URL_OF_REQUEST, htu)).toBe(false);
  });

  it.each(['@', ':', '|', ',', '+', '=', '&', '[', ']', "'", '$', ';', '!', '*', '(', ')', ' ', 'é'])(
    'is the same if %s is encoded in one of them only',
    (character) => {
      const url = (part: string) => `https://api.example.com/foo/${part}`;
      expect(isSameUrl(url(`a${encodeURIComponent(character)}b`), url(`a${character}b`))).toBe(true);
    },
  );

  it.each(['%2F', '%3F', '%23', '%5C'])('is another one if %s is decoded', (encoded) => {
    const url = (part: string) => `https://api.example.com/foo/${part}`;
    expect(isSameUrl(url(`a${encoded}b`), url(`a${decodeURIComponent(encoded)}b`))).toBe(false);
  });

  it('is the same if only the case of an encoded character differs', () => {
    expect(isSameUrl('https://api.example.com/a%2fb', 'https://api.example.com/a%2Fb')).toBe(true);
  });

  it('is never the same for two paths whose decoded segments differ', () => {
    const segment = fc.stringMatching(/^[A-Za-z0-9%/. ~-]{1,8}$/).map(encodeURIComponent);
    const path = fc.array(
      segment.filter((text) => !/^\.+$/.test(text)),
      { minLength: 1, maxLength: 4 },
    );
    fc.assert(
      fc.property(path, path, (one, other) => {
        const url = (segments: readonly string[]) => `https://api.example.com/${segments.join('/')}`;
        expect(isSameUrl(url(one), url(other))).toBe(url(one) === url(other));
        expect(isSameUrl(url(one), url(one))).toBe(true);
      }),
    );
  });

  it('does not match any other text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(isSameUrl(text, URL_OF_REQUEST)).toBe(false);
      }),
    );
  });
});
