/** Copies texts, and says so. */
import { type ButtonOptions, button, element, icon } from './dom.ts';
import { TEXTS } from './texts.ts';

const CONFIRMED_MS = 2000;

export interface CopyButton {
  readonly button: HTMLButtonElement;
  /** Says what happened. */
  readonly status: HTMLElement;
}

/** @param onCopied called after each success */
export function copyButton(
  text: string,
  caption: string,
  onCopied: () => void,
  options: ButtonOptions = {},
): CopyButton {
  const status = element('p', { class: 'visually-hidden', role: 'status' });
  const show = (name: 'copy' | 'check', words: string) => made.replaceChildren(icon(name), words);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      show('check', TEXTS.copied);
      // The button shows it already.
      status.className = 'visually-hidden';
      status.textContent = TEXTS.copied;
      onCopied();
      setTimeout(() => show('copy', caption), CONFIRMED_MS);
    } catch {
      status.className = 'copy-status';
      status.textContent = TEXTS.copyFailed;
    }
  };
  const made = button(caption, () => void copy(), { icon: 'copy', ...options });
  return { button: made, status };
}
