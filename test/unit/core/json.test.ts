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

  it('comes out as it went in', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(parseJson(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it('changes no prototype', () => {
    const value = parseJson('{"__proto__":{"active":true}}');
    expect(isJsonObject(value) && value.active).toBe(undefined);
  });

  it.each([null, [], 'text', 1, true, undefined])('is no object when it is %j', (value) => {
    expect(isJsonObject(value)).toBe(false);
  });
});
