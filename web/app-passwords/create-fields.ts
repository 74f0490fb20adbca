/** The fields of the dialog that creates an app password, and what is checked before it is sent. The API checks again. */
import type { PageConfiguration } from './configuration.ts';
import { element, outside, setAttributes } from './dom.ts';
import { describeScope } from './scope-words.ts';
import { TEXTS } from './texts.ts';

const MAXIMUM_LABEL = 100;
const USUAL_DAYS = 90;

export interface LabelField {
  readonly field: HTMLElement;
  readonly input: HTMLInputElement;
  readonly error: HTMLElement;
  value(): string;
}

export interface ScopesField {
  readonly field: HTMLElement;
  readonly boxes: readonly HTMLInputElement[];
  readonly error: HTMLElement;
  values(): readonly string[];
}

export interface ExpiryField {
  readonly field: HTMLElement;
  /** 0 is never. */
  days(): number;
}

function errorOf(id: string): HTMLElement {
  return element('p', { class: 'field-error', id, role: 'alert' });
}

export function labelField(initial: string): LabelField {
  const input = element('input', {
    ...{ id: 'label', type: 'text', required: true, autocomplete: 'off' },
    ...{ 'aria-describedby': 'label-help label-error', 'data-1p-ignore': true },
  });
  input.value = initial;
  const error = errorOf('label-error');
  const field = element(
    'div',
    { class: 'field' },
    element('label', { for: 'label' }, TEXTS.label),
    input,
    element('p', { class: 'help', id: 'label-help' }, TEXTS.labelHelp),
    error,
  );
  return { field, input, error, value: () => input.value.trim() };
}

export function scopesField(
  scopes: readonly string[],
  descriptions: PageConfiguration['scopeDescriptions'],
  initial: readonly string[],
): ScopesField {
  const boxes = scopes.map((scope, index) => {
    const box = element('input', { type: 'checkbox', id: `scope-${index}`, value: scope });
    box.checked = initial.includes(scope) || scopes.length === 1;
    return box;
  });
  const rows = scopes.map((scope, index) => {
    const words = describeScope(scope, descriptions);
    const code = words === scope ? undefined : element('code', {}, outside(scope));
    const text = element('span', { class: 'choice-text' }, outside(words), code);
    return element('label', { class: 'choice', for: `scope-${index}` }, boxes[index], text);
  });
  const error = errorOf('scopes-error');
  const field = element(
    'fieldset',
    { class: 'field', 'aria-describedby': 'scopes-error' },
    element('legend', {}, TEXTS.scopes),
    ...rows,
    error,
  );
  return { field, boxes, error, values: () => boxes.filter(({ checked }) => checked).map(({ value }) => value) };
}

export function expiryField(initial = USUAL_DAYS): ExpiryField {
  const options = TEXTS.expiryChoices.map(([days, words]) => element('option', { value: String(days) }, words));
  const select = element('select', { id: 'expiry', 'aria-describedby': 'expiry-help' }, ...options);
  select.value = String(initial);
  const help = element('p', { class: 'help', id: 'expiry-help', 'aria-live': 'polite' });
  const explain = () => {
    help.textContent = select.value === '0' ? TEXTS.neverExpires : TEXTS.expiryHelp;
    help.classList.toggle('caution', select.value === '0');
  };
  select.addEventListener('change', explain);
  explain();
  const field = element('div', { class: 'field' }, element('label', { for: 'expiry' }, TEXTS.expiry), select, help);
  return { field, days: () => Number(select.value) };
}

/** @returns the element to correct, if there is one */
export function checkLabel({ input, error, value }: LabelField): HTMLElement | undefined {
  const label = value();
  const fault = label === '' ? TEXTS.labelMissing : [...label].length > MAXIMUM_LABEL ? TEXTS.labelTooLong : '';
  return mark(input, error, fault) ? input : undefined;
}

/** @returns the element to correct, if there is one */
export function checkScopes({ field, boxes, error, values }: ScopesField): HTMLElement | undefined {
  return mark(field, error, values().length === 0 ? TEXTS.scopesMissing : '') ? boxes[0] : undefined;
}

function mark(target: HTMLElement, error: HTMLElement, fault: string): boolean {
  error.textContent = fault;
  const isFaulty = fault !== '';
  const attribute = target instanceof HTMLInputElement ? 'aria-invalid' : 'data-invalid';
  setAttributes(target, { [attribute]: isFaulty ? 'true' : undefined });
  return isFaulty;
}
