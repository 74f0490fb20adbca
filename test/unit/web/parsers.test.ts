import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canCallExample, parseConfiguration } from '../../../web/app-passwords/configuration.ts';
import {
  dateOf,
  listOf,
  numberOf,
  objectOf,
  textOf,
  textsOf,
  UnexpectedJson,
} from '../../../web/app-passwords/json.ts';
import { inWords } from '../../../web/app-passwords/times.ts';

const CONFIGURATION = {
  issuer: 'https://tenant.example/',
  audience: 'https://demo.api',
  clientId: 'page',
  scopes: ['read:foo', 'create:foo'],
  scopeDescriptions: { 'read:foo': 'Read foos', 'create:foo': 1 },
};

/** What it returns, or `undefined` if it says that the value is unexpected. Any other error fails the test. */
function unlessUnexpected<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof UnexpectedJson) return undefined;
    throw error;
  }
}

describe('JSON from outside', () => {
  it.each([
    ['a text', (value: unknown) => textOf({ it: value }, 'it')],
    ['a number', (value: unknown) => numberOf({ it: value }, 'it')],
    ['a list', (value: unknown) => listOf({ it: value }, 'it')],
    ['texts', (value: unknown) => textsOf({ it: value }, 'it')],
    ['an object', (value: unknown) => objectOf(value)],
  ])('is %s or unexpected', (_what, read) => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        expect([value, undefined]).toContainEqual(unlessUnexpected(() => read(value)));
      }),
    );
  });

  it('is a list of nothing but texts', () => {
    expect(textsOf({ it: ['a', 'b'] }, 'it')).toEqual(['a', 'b']);
    expect(unlessUnexpected(() => textsOf({ it: ['a', 1] }, 'it'))).toBeUndefined();
  });

  it('is a date, no date, or unexpected', () => {
    expect(dateOf({ it: '2026-11-16T10:30:00Z' }, 'it')).toEqual(new Date('2026-11-16T10:30:00Z'));
    expect(dateOf({ it: null }, 'it')).toBeUndefined();
    expect(() => dateOf({ it: 'soon' }, 'it')).toThrow(UnexpectedJson);
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.jsonValue()), (it) => {
        expect(unlessUnexpected(() => dateOf({ it }, 'it'))?.getTime()).not.toBeNaN();
      }),
    );
  });
});

describe('the configuration of the page', () => {
  it('is read', () => {
    expect(parseConfiguration(CONFIGURATION)).toEqual({
      ...CONFIGURATION,
      scopeDescriptions: new Map([['read:foo', 'Read foos']]),
      maxAuthAgeSeconds: undefined,
      exampleUrl: 'https://demo.api',
      exampleScopes: [[]],
    });
  });

  it.each(['http://tenant.example/', 'javascript:alert(1)', 'tenant.example', ''])('has no issuer %j', (issuer) => {
    expect(() => parseConfiguration({ ...CONFIGURATION, issuer })).toThrow(UnexpectedJson);
  });

  it('is complete, or unexpected', () => {
    const names = [...Object.keys(CONFIGURATION), 'maxAuthAgeSeconds', 'exampleUrl', 'exampleScopes'];
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.jsonValue(), (name, value) => {
        const found = unlessUnexpected(() => parseConfiguration({ ...CONFIGURATION, [name]: value }));
        if (found) expect(found.exampleScopes.flat().every((scope) => typeof scope === 'string')).toBe(true);
      }),
    );
  });

  it.each([
    [undefined, true],
    [[[]], true],
    [[['read:foo']], true],
    [[['create:foo']], false],
    [[['read:foo', 'create:foo']], false],
    [[['create:foo'], ['read:foo']], true],
  ])('offers the example that needs %j to a password for reading: %s', (exampleScopes, isOffered) => {
    const configuration = parseConfiguration({ ...CONFIGURATION, exampleScopes });
    expect(canCallExample(configuration, ['read:foo'])).toBe(isOffered);
  });
});

describe('times in words', () => {
  const now = new Date('2026-11-16T10:30:00Z');
  const spoken = (seconds: number) => inWords(new Date(now.getTime() + seconds * 1000), now);

  it.each([
    [-5, 'just now'],
    [5, 'in less than a minute'],
    [-60, '1 minute ago'],
    [-59.6 * 60, '1 hour ago'],
    [-23.6 * 3600, '1 day ago'],
    [90 * 86_400, 'in 90 days'],
    [365 * 86_400, 'in 12 months'],
  ])('%d seconds are "%s"', (seconds, words) => {
    expect(spoken(seconds)).toBe(words);
  });

  it('never have a zero, and tell the past from the future', () => {
    fc.assert(
      fc.property(fc.integer({ min: 60, max: 10 ** 10 }), (seconds) => {
        expect(spoken(-seconds)).toMatch(/^[1-9][\d,]* (?:minute|hour|day|month|year)s? ago$/);
        expect(spoken(seconds)).toMatch(/^in [1-9][\d,]* (?:minute|hour|day|month|year)s?$/);
      }),
    );
  });
});
