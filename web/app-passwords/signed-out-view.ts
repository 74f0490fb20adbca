/** What visitors see who have not signed in. */
import { button, element, type IconName, icon } from './dom.ts';
import { TEXTS } from './texts.ts';

const ICONS: readonly IconName[] = ['key', 'shield', 'trash'];

/** @param message what happened before, if it matters */
export function signedOutView(onSignIn: () => void, message: string | undefined): HTMLElement {
  const benefits = TEXTS.benefits.map(([title, text], index) =>
    element(
      'li',
      {},
      element('span', { class: 'badge-icon' }, icon(ICONS[index] ?? 'check')),
      element('h2', {}, title),
      element('p', {}, text),
    ),
  );
  return element(
    'div',
    { class: 'signed-out' },
    message === undefined ? undefined : element('p', { class: 'notice', role: 'status' }, message),
    element('h1', { tabindex: '-1', id: 'title' }, TEXTS.signedOutTitle),
    element('p', { class: 'intro' }, TEXTS.signedOutText),
    button(TEXTS.signIn, onSignIn, { kind: 'primary', attributes: { id: 'sign-in' } }),
    element('ul', { class: 'benefits' }, ...benefits),
  );
}
