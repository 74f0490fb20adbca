/** Makes text from outside safe for a terminal: it must not move the cursor or hide a line. */

/** Control and formatting characters, including those that change the direction of the text. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** Replaces each unprintable character with its code point. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}
