import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  flag,
  isJsonObject,
  list,
  MalformedError,
  matching,
  object,
  oneOf,
  parseJson,
  record,
  text,
  whole,
} from '../../../src/core/json.ts';

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

describe('a reader', () => {
  const read = object((from) => ({
    name: from.required(
      'name',
      matching(/^a/, (name) => name.length < 4),
    ),
    kind: from.optional('kind', oneOf(['big', 'small'])),
    sizes: from.required('sizes', list(whole(1, 3))),
    texts: from.optional('texts', record(text)),
    isNew: from.optional('isNew', flag),
  }));
  const value = { name: 'abc', kind: 'big', sizes: [1, 3], texts: { a: '', b: 'b' }, isNew: false };

  it('reads what has the right form', () => {
    expect(read(value)).toEqual(value);
    expect(read({ name: 'a', sizes: [] })).toEqual({ name: 'a', sizes: [] });
  });

  it.each([
    ['name', 'b'],
    ['name', 'abcd'],
    ['name', undefined],
    ['kind', 'medium'],
    ['kind', null],
    ['sizes', [0]],
    ['sizes', [1.5]],
    ['sizes', [4]],
    ['sizes', ['1']],
    ['sizes', [[1]]],
    ['sizes', { 0: 1 }],
    ['texts', { a: 1 }],
    ['texts', ['a']],
    ['isNew', 'false'],
    ['other', 1],
  ])('refuses the member %s with the value %j, and names it', (key, member) => {
    const changed = { ...value, [key]: member };
    expect(() => read(changed)).toThrow(new MalformedError(key));
    expect(() => read(changed)).toThrow(`Not valid at "${key}".`);
  });

  it.each([undefined, null, 1, 'text', []])('does not read %j as an object', (other) => {
    expect(read(other)).toBeUndefined();
    expect(record(text)(other)).toBeUndefined();
  });

  it('reads nothing from a prototype', () => {
    const own = parseJson('{"name":"a","sizes":[],"__proto__":{"isNew":true}}');
    expect(() => read(own)).toThrow('Not valid at "__proto__".');
    const texts = record(text)(parseJson('{"__proto__":"a"}'));
    expect(Object.entries(texts ?? {})).toEqual([['__proto__', 'a']]);
    expect(Object.getPrototypeOf(texts)).toBe(Object.prototype);
  });

  it('never throws anything but a MalformedError', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (any) => {
        try {
          read(any);
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedError);
        }
      }),
    );
  });
});
