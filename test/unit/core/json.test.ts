import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isJsonObject, parseJson } from '../../../src/core/json.ts';

describe('JSON from outside', () => {
  it('is parsed without ever throwing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii' }), (text) => {
        expect(() => parseJson(text)).not.toThrow();
      }),
    );
    expect(parseJson('{')).toBeUndefined();
  });

  it('is returned unchanged', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(parseJson(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it('never changes a prototype', () => {
    const value = parseJson('{"__proto__":{"active":true}}');
    expect(isJsonObject(value) && value.active).toBe(undefined);
  });

  it.each([null, [], 'text', 1, true, undefined])('is not an object if it is %j', (value) => {
    expect(isJsonObject(value)).toBe(false);
  });
});
