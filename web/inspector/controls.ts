/** The buttons that change something in local mode. */
import { button, element, fillText } from '../app-passwords/dom.ts';
import type { Action, State, Trouble } from './protocol.ts';
import { ADVANCES, CACHES, TEXTS, TROUBLES } from './texts.ts';

export type Perform = (action: Action) => void;

export class Controls {
  readonly root: HTMLElement;
  readonly #clock = element('p', { class: 'clock' });
  readonly #troubles: ReadonlyMap<Trouble, HTMLInputElement>;
  readonly #label = element('input', { id: 'label', maxlength: '100', value: TEXTS.defaultLabel, autocomplete: 'off' });

  constructor(perform: Perform) {
    this.#troubles = new Map(TROUBLES.map(([trouble]) => [trouble, troubleInput(trouble, perform)]));
    const rotations = [
      button(TEXTS.rotateApiKey, () => perform({ action: 'rotate_api_key' })),
      button(TEXTS.rotateTenantKey, () => perform({ action: 'rotate_tenant_key' })),
    ];
    this.root = element(
      'section',
      { class: 'card controls', 'aria-labelledby': 'controls-title' },
      element('h2', { id: 'controls-title' }, TEXTS.controlsTitle),
      this.#troubleGroup(),
      group(
        TEXTS.caches,
        row(CACHES.map(([cache, words]) => button(words, () => perform({ action: 'empty_caches', cache })))),
      ),
      group(
        TEXTS.clock,
        this.#clock,
        row(ADVANCES.map(([seconds, words]) => button(words, () => perform({ action: 'advance_clock', seconds })))),
      ),
      group(TEXTS.keys, row(rotations)),
      this.#passwordGroup(perform),
    );
  }

  show({ nowMs, aheadMs, trouble }: State): void {
    const time = new Date(nowMs).toISOString().slice(0, 16).replace('T', ' ');
    const words = aheadMs > 0 ? TEXTS.ahead : TEXTS.onTime;
    this.#clock.textContent = fillText(words, { time, ahead: durationOf(aheadMs) });
    const chosen = this.#troubles.get(trouble);
    if (chosen) chosen.checked = true;
  }

  #troubleGroup(): HTMLElement {
    const choices = TROUBLES.map(([trouble, words]) =>
      element('label', { class: 'segment' }, this.#troubles.get(trouble), words),
    );
    return element(
      'fieldset',
      { class: 'group' },
      element('legend', {}, TEXTS.tenant),
      element('div', { class: 'segments' }, ...choices),
    );
  }

  #passwordGroup(perform: Perform): HTMLElement {
    const create = () =>
      perform({ action: 'create_app_password', label: this.#label.value.trim() || TEXTS.defaultLabel });
    const unblock = button(TEXTS.unblock, () => perform({ action: 'unblock' }));
    return group(
      TEXTS.passwords,
      element('label', { for: 'label' }, TEXTS.label),
      element('div', { class: 'create' }, this.#label, button(TEXTS.create, create)),
      row([unblock]),
    );
  }
}

function troubleInput(trouble: Trouble, perform: Perform): HTMLInputElement {
  const input = element('input', { type: 'radio', name: 'trouble', value: trouble });
  input.addEventListener('change', () => perform({ action: 'trouble', trouble }));
  return input;
}

function group(title: string, ...children: readonly Node[]): HTMLElement {
  return element('div', { class: 'group' }, element('h3', {}, title), ...children);
}

function row(children: readonly Node[]): HTMLElement {
  return element('div', { class: 'row' }, ...children);
}

/** Such as `2 d 1 h`. */
function durationOf(milliseconds: number): string {
  const minutes = Math.round(milliseconds / 60_000);
  const parts = [
    [Math.floor(minutes / 1440), 'd'],
    [Math.floor(minutes / 60) % 24, 'h'],
    [minutes % 60, 'min'],
  ] as const;
  return parts
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ');
}
