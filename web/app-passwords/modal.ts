/** A modal dialog. The browser keeps the focus inside, and returns it afterwards. */
import { element } from './dom.ts';

export interface Modal {
  readonly dialog: HTMLDialogElement;
  close(): void;
}

export interface ModalOptions {
  readonly title: Node | string;
  readonly content: readonly Node[];
  /** The element that describes it, for a dialog that asks a question. */
  readonly descriptionId?: string;
  /** Called for Escape. @returns whether the dialog closes. @default it closes */
  readonly mayClose?: () => boolean;
  readonly onClose?: () => void;
}

let count = 0;

export function openModal({ title, content, descriptionId, mayClose = () => true, onClose }: ModalOptions): Modal {
  count += 1;
  const titleId = `dialog-title-${count}`;
  const dialog = element(
    'dialog',
    { 'aria-labelledby': titleId, 'aria-describedby': descriptionId },
    element('h2', { id: titleId }, title),
    ...content,
  );
  dialog.addEventListener('cancel', (event) => {
    if (!mayClose()) event.preventDefault();
  });
  // Chromium closes a dialog at the second Escape even if the first was refused, and without asking.
  dialog.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    event.preventDefault();
    if (mayClose()) dialog.close();
  });
  dialog.addEventListener('close', () => {
    dialog.remove();
    onClose?.();
  });
  document.body.append(dialog);
  dialog.showModal();
  return { dialog, close: () => dialog.close() };
}
