import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeError } from '../../../src/cli/describe-error.ts';
import { CliError, interrupted, usageError } from '../../../src/cli/errors.ts';
import { exitCodeOf } from '../../../src/cli/exit-code.ts';
import { printable } from '../../../src/cli/printable.ts';
import { createStyle, wantsColor } from '../../../src/cli/style.ts';
import { table } from '../../../src/cli/table.ts';
import { timeInWords } from '../../../src/cli/time-in-words.ts';
import { ConfigurationError, IssuerError } from '../../../src/core/errors.ts';

const NOW_MS = Date.parse('2026-11-22T12:00:00Z');

it.each([
  [0, 'now'],
  [1, 'in 1 second'],
  [-59, '59 seconds ago'],
  [3600, 'in 1 hour'],
  [-7199, '1 hour ago'],
  [-86_400 * 3, '3 days ago'],
  [86_400 * 400, 'in 1 year'],
])('timeInWords formats a time %d seconds from now as %s', (seconds, words) => {
  expect(timeInWords(NOW_MS + seconds * 1000, NOW_MS)).toMatch(
    new RegExp(`^\\d{4}-\\d\\d-\\d\\dT[\\d:]{8}Z \\(${words}\\)$`),
  );
});

it('timeInWords reports an invalid time as invalid', () => {
  expect(timeInWords(Number.NaN, NOW_MS)).toBe('an invalid time');
  expect(timeInWords(1e20, NOW_MS)).toBe('an invalid time');
});

describe('table', () => {
  it('makes each column as wide as its widest cell, without spaces at the end', () => {
    expect(
      table([
        ['ID', 'LABEL', 'X'],
        ['1', 'ä', ''],
        ['222', 'b', 'c'],
      ]),
    ).toEqual(['ID   LABEL  X', '1    ä      ', '222  b      c']);
  });

  it.each([
    ['Chinese letters', '备份', '备份  x'],
    ['emoji', '💾', '💾    x'],
    ['a letter with a combining accent', 'e\u0301', 'e\u0301     x'],
  ])('aligns %s by their width on a terminal', (_what, label, line) => {
    expect(
      table([
        [label, 'x'],
        ['four', 'y'],
      ]),
    ).toEqual([line, 'four  y']);
  });

  it('measures cells without their decoration', () => {
    expect(
      table(
        [
          ['a', 'b'],
          ['cc', 'd'],
        ],
        (cell) => `<${cell}>`,
      ),
    ).toEqual(['<a>   <b>', '<cc>  <d>']);
  });

  it('prints nothing that moves the cursor, for any cells', () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.string({ unit: 'binary' }), { minLength: 2, maxLength: 2 })), (rows) => {
        for (const line of table(rows)) expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      }),
    );
  });
});

it('printable shows an unprintable character as its code point', () => {
  expect(printable('a\u001b[31m\u202eb\nc')).toBe('a\\u{1b}[31m\\u{202e}b\\u{a}c');
});

it('wantsColor is true only for terminals that support colours, unless NO_COLOR is set', () => {
  expect(wantsColor({ isTTY: true }, {})).toBe(true);
  expect(wantsColor({ isTTY: true }, { NO_COLOR: '1' })).toBe(false);
  expect(wantsColor({ isTTY: true }, { NO_COLOR: '' })).toBe(true);
  expect(wantsColor({ isTTY: true }, { TERM: 'dumb' })).toBe(false);
  expect(wantsColor({}, {})).toBe(false);
  expect(createStyle(true).bad('x')).toBe('\u001b[31mx\u001b[39m');
  expect(createStyle(false).bad('x')).toBe('x');
});

describe('an error on the command line', () => {
  it('has the exit code for its kind', () => {
    expect(exitCodeOf(usageError('x'))).toBe(2);
    expect(exitCodeOf(new ConfigurationError('configuration_invalid', 'x'))).toBe(2);
    expect(exitCodeOf(new ConfigurationError('signing_key_invalid', 'x'))).toBe(1);
    expect(exitCodeOf(interrupted())).toBe(130);
    expect(exitCodeOf(new CliError('declined', 'x'))).toBe(1);
    expect(exitCodeOf(new Error('x'))).toBe(1);
  });

  it('comes with the fix if the issuer caused it', () => {
    expect(describeError(new IssuerError('issuer_throttled', 'Slow down.'))).toMatch(/^Slow down\. Wait a little/);
  });

  it('is reported only by kind and place if it is unexpected, because its message may contain anything', () => {
    const text = describeError(new TypeError('hunter2'));
    expect(text).toMatch(/^Internal error: TypeError .*words\.test\.ts/);
    expect(text).not.toContain('hunter2');
    expect(describeError('hunter2')).not.toContain('hunter2');
  });

  it('cannot overwrite the screen', () => {
    expect(describeError(usageError('a\u001b[2Jb\nc'))).toBe('a\\u{1b}[2Jb\nc');
  });
});
