/** Shows the value of a new app password, once. It is in the document only while the dialog is open. */
import type { CreatedAppPassword } from './api.ts';
import { canCallExample, type PageConfiguration } from './configuration.ts';
import { copyButton } from './copy.ts';
import { button, element, fill, fillText, icon, isolated, outside } from './dom.ts';
import { openModal } from './modal.ts';
import { TEXTS } from './texts.ts';

/** The command that sends the value as a Bearer token. */
export function curlLine(value: string, url: string): string {
  const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
  return `curl -H ${quoted(`Authorization: Bearer ${value}`)} ${quoted(url)}`;
}

export function openValueDialog(
  created: CreatedAppPassword,
  configuration: PageConfiguration,
  onClose: () => void,
): void {
  let isCopied = false;
  const onCopied = () => {
    isCopied = true;
    question.hidden = true;
    actions.hidden = false;
  };
  const warnBeforeLeaving = (event: Event) => {
    if (!isCopied) event.preventDefault();
  };
  const question = notCopiedQuestion(
    () => {
      question.hidden = true;
      actions.hidden = false;
      value.copy.focus();
    },
    () => modal.close(),
  );
  const mayClose = () => {
    if (isCopied || !question.hidden) return isCopied;
    question.hidden = false;
    actions.hidden = true;
    question.querySelector('button')?.focus();
    return false;
  };
  const value = valueField(created, onCopied);
  const done = button(TEXTS.done, () => void (mayClose() && modal.close()), { kind: 'primary' });
  const actions = element('div', { class: 'actions' }, done);
  addEventListener('beforeunload', warnBeforeLeaving);
  const modal = openModal({
    title: TEXTS.valueTitle,
    content: [value.field, usage(created, configuration, onCopied), question, actions],
    mayClose,
    onClose: () => {
      removeEventListener('beforeunload', warnBeforeLeaving);
      onClose();
    },
  });
  value.copy.focus();
}

function valueField({ label, value }: CreatedAppPassword, onCopied: () => void) {
  const input = element('input', {
    ...{ type: 'text', class: 'value', readonly: true, autocomplete: 'off', spellcheck: 'false' },
    ...{ 'aria-label': fillText(TEXTS.valueLabel, { label: isolated(label) }), 'aria-describedby': 'value-warning' },
  });
  input.value = value;
  input.addEventListener('focus', () => input.select());
  input.addEventListener('copy', () => {
    // A part of the value does not count.
    if (input.selectionStart === 0 && input.selectionEnd === value.length) onCopied();
  });
  const copy = copyButton(value, TEXTS.copy, onCopied, { kind: 'primary' });
  const field = element(
    'div',
    { class: 'value-field' },
    element('p', { class: 'value-name' }, fill(TEXTS.valueName, { label: outside(label) })),
    element('p', { class: 'notice caution', id: 'value-warning' }, icon('warning'), TEXTS.valueWarning),
    element('div', { class: 'value-row' }, input, copy.button),
    copy.status,
  );
  return { field, copy: copy.button };
}

/** How to use the value. The command is there only if it would work. */
function usage({ value, scopes }: CreatedAppPassword, configuration: PageConfiguration, onCopied: () => void) {
  const help = element('p', { class: 'help' }, TEXTS.basicHelp);
  if (!canCallExample(configuration, scopes)) return help;
  const section = example(value, configuration.exampleUrl, onCopied);
  section.append(help);
  return section;
}

function example(value: string, url: string, onCopied: () => void): HTMLElement {
  const line = curlLine(value, url);
  const copy = copyButton(line, TEXTS.copyLine, onCopied);
  const command = element('pre', { class: 'command' }, element('code', {}, line));
  command.addEventListener('copy', () => {
    if (getSelection()?.toString().includes(value)) onCopied();
  });
  return element(
    'section',
    { class: 'example', 'aria-label': TEXTS.tryIt },
    element('h3', {}, TEXTS.tryIt),
    element('p', {}, TEXTS.tryItHelp),
    command,
    copy.button,
    copy.status,
  );
}

function notCopiedQuestion(onBack: () => void, onClose: () => void): HTMLElement {
  const made = element(
    'div',
    {
      class: 'notice problem question',
      role: 'alertdialog',
      'aria-labelledby': 'not-copied',
      'aria-describedby': 'not-copied-text',
    },
    icon('warning'),
    element(
      'div',
      { class: 'notice-text' },
      element('p', { class: 'notice-title', id: 'not-copied' }, TEXTS.notCopiedTitle),
      element('p', { id: 'not-copied-text' }, TEXTS.notCopiedText),
    ),
    element(
      'div',
      { class: 'actions' },
      button(TEXTS.back, onBack, { kind: 'primary' }),
      button(TEXTS.closeAnyway, onClose, { kind: 'danger' }),
    ),
  );
  made.hidden = true;
  return made;
}
