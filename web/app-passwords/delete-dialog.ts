/** Asks before an app password is deleted. */
import type { AppPassword } from './api.ts';
import { button, element, fill, outside } from './dom.ts';
import { openModal } from './modal.ts';
import { failureNotice } from './notice.ts';
import { TEXTS } from './texts.ts';

export interface DeleteDialogOptions {
  readonly password: AppPassword;
  readonly remove: () => Promise<void>;
  readonly signIn: (isFresh: boolean) => void;
  readonly onDeleted: () => void;
}

export function openDeleteDialog({ password, remove, signIn, onDeleted }: DeleteDialogOptions): void {
  const failure = element('div', { class: 'failure' });
  let isBusy = false;
  const confirm = async () => {
    if (isBusy) return;
    isBusy = true;
    accept.textContent = TEXTS.deleting;
    for (const each of [cancel, accept]) each.setAttribute('aria-disabled', 'true');
    failure.replaceChildren();
    try {
      await remove();
      modal.close();
      onDeleted();
    } catch (error) {
      failure.replaceChildren(failureNotice(error, { signIn }));
      accept.textContent = TEXTS.delete;
      for (const each of [cancel, accept]) each.removeAttribute('aria-disabled');
    }
    isBusy = false;
  };
  const cancel = button(TEXTS.cancel, () => void (!isBusy && modal.close()));
  const accept = button(TEXTS.delete, () => void confirm(), { kind: 'destroy' });
  const modal = openModal({
    title: fill(TEXTS.deleteTitle, { label: quoted(password.label) }),
    descriptionId: 'delete-text',
    content: [
      element('p', { id: 'delete-text' }, TEXTS.deleteText),
      failure,
      element('div', { class: 'actions' }, cancel, accept),
    ],
    mayClose: () => !isBusy,
  });
  modal.dialog.setAttribute('role', 'alertdialog');
  // The safe choice.
  cancel.focus();
}

function quoted(label: string): HTMLElement {
  return element('span', {}, '“', outside(label), '”');
}
