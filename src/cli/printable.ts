/** Makes text from outside safe for a terminal: it must not move the cursor or hide a line. */

/** Control and formatting characters, including those that change the direction of the text. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** Replaces each unprintable character with its code point. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}

/** JSON in one line, in which each unprintable character is an escape. */
export function printableJson(value: object): string {
  return JSON.stringify(value).replace(UNPRINTABLE, (character) =>
    character.replace(/./gs, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
  );
}
