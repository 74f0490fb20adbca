/** What surrounds the content: the header, the notice about the connection, and what assistive technology reads out. */
import { button, element, fill, icon, outside } from './dom.ts';
import { TEXTS } from './texts.ts';

export interface Frame {
  show(content: Node): void;
  showUser(name: string, onSignOut: () => void): void;
  hideUser(): void;
  /** Reads a text out. */
  announce(text: string): void;
}

export function buildFrame(audience: string): Frame {
  document.title = TEXTS.title;
  const account = element('div', { class: 'account' });
  const main = element('main', { id: 'content', tabindex: '-1' });
  const announcer = element('div', { class: 'visually-hidden', 'aria-live': 'polite', id: 'announcer' });
  document.body.replaceChildren(
    element('a', { class: 'skip', href: '#content' }, TEXTS.skip),
    element(
      'header',
      { class: 'bar' },
      element(
        'div',
        { class: 'brand' },
        element('span', { class: 'brand-icon' }, icon('key')),
        element('span', { class: 'brand-name' }, TEXTS.title),
        element('span', { class: 'brand-api' }, fill(TEXTS.forApi, { api: outside(audience) })),
      ),
      account,
    ),
    connectionNotice(),
    main,
    announcer,
  );
  return {
    show: (content) => main.replaceChildren(content),
    showUser: (name, onSignOut) =>
      account.replaceChildren(
        element('span', { class: 'user' }, outside(name)),
        button(TEXTS.signOut, onSignOut, { kind: 'quiet' }),
      ),
    hideUser: () => account.replaceChildren(),
    announce: (text) => {
      announcer.textContent = text;
    },
  };
}

function connectionNotice(): HTMLElement {
  const notice = element('div', { class: 'connection', role: 'status' });
  const update = () => {
    notice.textContent = navigator.onLine ? '' : TEXTS.offline;
  };
  addEventListener('online', update);
  addEventListener('offline', update);
  update();
  return notice;
}
