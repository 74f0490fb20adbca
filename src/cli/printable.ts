/** Makes text from outside fit for a terminal: what others wrote must not move the cursor or hide a line. */

/** Control and formatting characters, those that turn the direction of writing around among them. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** Replaces each unprintable character by its code point. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}
