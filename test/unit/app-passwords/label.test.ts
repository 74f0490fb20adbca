import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseLabel, shownLabel } from '../../../src/app-passwords/label.ts';

const refused = expect.objectContaining({ code: 'label_invalid' });

describe('a label', () => {
  it.each([
    'Laptop',
    '<script>alert(1)</script>',
    '=1+2',
    'Ångström ☕ ❤️',
    'שלום',
    'مفتاح',
    '键',
    'a'.repeat(100),
    'é'.repeat(100),
    '😀'.repeat(100),
  ])('may be %j', (label) => {
    expect(parseLabel(label)).toBe(label.normalize('NFC'));
  });

  it('is trimmed and normalized', () => {
    expect(parseLabel('  e\u0301tage \u3000')).toBe('étage');
  });

  it.each([
    ['not a text', 7],
    ['absent', undefined],
    ['empty', ''],
    ['blank', ' \u00a0\u3000'],
    ['too long', 'a'.repeat(101)],
    ['longer than 100 code points', '😀'.repeat(101)],
    ['with a character that was not decoded', 'a\ufffdb'],
    ['a combining mark without a letter', '\u0301'],
    ['with a line break', 'a\nb'],
    ['with NUL', 'a\0b'],
    ['with an escape sequence', '\u001b[31mred'],
    ['with C1 controls', 'a\u0085b'],
    ['with a right-to-left override', 'a\u202eb'],
    ['with an isolate', 'a\u2066b\u2069'],
    ['with a right-to-left mark', 'a\u200fb'],
    ['with an Arabic letter mark', 'a\u061cb'],
    ['with a zero-width space', 'a\u200bb'],
    ['with a zero-width joiner', 'a\u200db'],
    ['with a byte order mark', 'a\ufeffb'],
    ['with a soft hyphen', 'a\u00adb'],
    ['with a word joiner', 'a\u2060b'],
    ['with a Hangul filler', 'a\u3164b'],
    ['of a blank Braille pattern', '\u2800'],
    ['with a tag character', 'a\u{e0041}b'],
    ['with a variation selector after a letter', 'a\ufe0fb'],
    ['with another variation selector', '❤\ufe01'],
    ['with a line separator', 'a\u2028b'],
    ['with a private character', 'a\ue000b'],
    ['with a noncharacter', 'a\uffffb'],
    ['with half of a surrogate pair', 'a\ud800b'],
  ])('is refused if it is %s', (_, label) => {
    expect(() => parseLabel(label)).toThrow(refused);
  });

  it('never holds a hidden character, whatever was given, and is stable', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 120 }), (text) => {
        let label: string;
        try {
          label = parseLabel(text);
        } catch (error) {
          expect(error).toEqual(refused);
          return;
        }
        expect(label).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]/u);
        expect(label.length).toBeLessThanOrEqual(100);
        expect(parseLabel(label)).toBe(label);
      }),
    );
  });

  it('that was made elsewhere is shown without hidden characters', () => {
    expect(shownLabel('in\u202evoice\u0000\ud800')).toBe('in\ufffdvoice\ufffd\ufffd');
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => !/\p{Cs}/u.test(shownLabel(text))));
  });
});
