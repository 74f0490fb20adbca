import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isEmptyPatch, keyPropertiesOf, sameKeyValue } from '../../../src/management/key-properties.ts';

const PEM = '-----BEGIN CERTIFICATE-----\nTUlJQw==\nYWJj\n-----END CERTIFICATE-----\n';

describe('two equal values of a key property', () => {
  it.each([
    ['PEM with other line ends', PEM, PEM.replaceAll('\n', '\r\n')],
    ['PEM without its final newline', PEM, PEM.trim()],
    ['PEM whose base64 is broken elsewhere', PEM, PEM.replace('TUlJQw==\nYWJj', 'TUlJQw\n==YWJj')],
    ['a JWK with its members in another order', '{"kty":"RSA","n":"1"}', '{ "n": "1", "kty": "RSA" }'],
    ['a JWK as text and as an object', '{"kty":"RSA","n":"1"}', { n: '1', kty: 'RSA' }],
    ['a list whose PEMs differ in layout', [{ kid: 'a', pem: PEM }], [{ pem: PEM.trim(), kid: 'a' }]],
    ['two absent values', null, null],
  ])('are the same: %s', (_name, one, other) => {
    expect(sameKeyValue(one, other)).toBe(true);
  });
});

describe('two different values of a key property', () => {
  it.each([
    ['another key', PEM, PEM.replace('YWJj', 'YWJk')],
    ['another label around the same bytes', PEM, PEM.replaceAll('CERTIFICATE', 'PUBLIC KEY')],
    ['base64 that differs in case', PEM, PEM.replace('YWJj', 'ywJj')],
    ['a JWK with one member more', '{"kty":"RSA","n":"1"}', '{"kty":"RSA","n":"1","kid":"a"}'],
    ['a list in another order', ['a', 'b'], ['b', 'a']],
    ['URLs that differ in a slash', 'https://a.example/jwks', 'https://a.example/jwks/'],
    ['an absent value and the text "null"', null, 'null'],
    ['an absent value and an empty list', null, []],
  ])('differ: %s', (_name, one, other) => {
    expect(sameKeyValue(one, other)).toBe(false);
  });
});

it('any JSON value is the same as itself after it was serialized and parsed', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(sameKeyValue(value, JSON.parse(JSON.stringify(value)))).toBe(true);
    }),
  );
});

it('the order of members never matters, at any depth', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.dictionary(fc.string(), fc.jsonValue())), (value) => {
      const reordered = Object.fromEntries(
        Object.entries(value)
          .reverse()
          .map(([name, inner]) => [name, Object.fromEntries(Object.entries(inner).reverse())]),
      );
      expect(sameKeyValue(value, reordered)).toBe(true);
    }),
  );
});

it('a record without key properties has none, and other properties are ignored', () => {
  expect(keyPropertiesOf({ id: 'a', verificationLocation: 'https://a.example/' })).toEqual({
    verificationKey: null,
    verificationKeys: null,
    verificationLocation: 'https://a.example/',
  });
});

it('a patch that removes a property is not empty', () => {
  expect(isEmptyPatch({ verificationKey: null })).toBe(false);
  expect(isEmptyPatch({})).toBe(true);
});
