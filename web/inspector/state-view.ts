/** The tenant's state. It is drawn again only when it has changed, and the focus stays where it was. */
import { button, element, fillText, isolated, outside } from '../app-passwords/dom.ts';
import type { Perform } from './controls.ts';
import type { Fact, FactGroup, State } from './protocol.ts';
import { TEXTS } from './texts.ts';

export class StateView {
  readonly root: HTMLElement;
  readonly #groups = element('div', { class: 'fact-groups' });
  readonly #perform: Perform;
  #shown = '';

  constructor(perform: Perform) {
    this.#perform = perform;
    const title = element('h2', { id: 'state-title' }, TEXTS.stateTitle);
    this.root = element('section', { class: 'card state', 'aria-labelledby': 'state-title' }, title, this.#groups);
  }

  show({ groups }: State): void {
    const text = JSON.stringify(groups);
    if (text === this.#shown) return;
    this.#shown = text;
    const focused = document.activeElement?.getAttribute('data-key');
    this.#groups.replaceChildren(...groups.map((each) => this.#group(each)));
    if (focused) this.#groups.querySelector<HTMLElement>(`[data-key="${CSS.escape(focused)}"]`)?.focus();
  }

  #group({ title, facts, none }: FactGroup): HTMLElement {
    const list = element('ul', { class: 'facts' }, ...facts.map((fact) => this.#fact(fact)));
    const content = facts.length > 0 ? list : element('p', { class: 'hint' }, none);
    return element('div', { class: 'group' }, element('h3', {}, title), content);
  }

  #fact({ name, value, remove, isAlarming }: Fact): HTMLElement {
    return element(
      'li',
      { class: isAlarming ? 'fact alarming' : 'fact' },
      element(
        'span',
        { class: 'fact-words' },
        element('strong', {}, outside(name)),
        element('span', {}, outside(value)),
      ),
      remove ? this.#removal(name, remove) : undefined,
    );
  }

  #removal(name: string, action: NonNullable<Fact['remove']>): HTMLButtonElement {
    const attributes = {
      'aria-label': fillText(TEXTS.revoke, { name: isolated(name) }),
      'data-key': JSON.stringify(action),
    };
    return button(TEXTS.revokeShort, () => this.#perform(action), { kind: 'danger', attributes });
  }
}
