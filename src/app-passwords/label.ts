/** The label of an app specific password: what its user calls it. It is text, and every page and log must treat it as text. */
import { Problem } from './problem.ts';

/** In Unicode code points. Auth0 does not say in which unit the tenant counts its limit of 100. */
export const MAXIMUM_LABEL_LENGTH = 100;

/**
 * Characters that nobody sees, or that change how the text around them is shown: control characters, bidirectional overrides and
 * isolates, zero-width characters, halves of surrogate pairs, line separators, and code points that no font has.
 */
const HIDDEN =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}\u2800]|(?!\uFE0F)\p{Default_Ignorable_Code_Point}/gu;
/** The selector that gives a pictograph its colours. After anything else it hides. */
const HIDDEN_SELECTOR = /(?<!\p{Extended_Pictographic})\uFE0F/gu;

/** A text that was not decoded, and a mark without the letter that it belongs to. */
const UNREADABLE = /\uFFFD|(?:^|\s)\p{M}/u;

/**
 * Parses a label: trims it and normalizes it to NFC.
 *
 * @throws Problem `label_invalid`
 */
export function parseLabel(value: unknown): string {
  const label = typeof value === 'string' ? value.trim().normalize('NFC') : '';
  if (label === '' || [...label].length > MAXIMUM_LABEL_LENGTH) {
    throw new Problem('label_invalid', `The label must be a text of 1 to ${MAXIMUM_LABEL_LENGTH} characters.`);
  }
  if (shownLabel(label) !== label || UNREADABLE.test(label)) {
    throw new Problem('label_invalid', 'The label has an invisible, control or broken character. Remove it.');
  }
  return label;
}

/** Makes the label of a password that was created elsewhere fit to be shown: hidden characters become U+FFFD. */
export function shownLabel(label: string): string {
  return label.replace(HIDDEN, '\uFFFD').replace(HIDDEN_SELECTOR, '\uFFFD');
}
