/** The dialog that creates an app password. */
import type { CreatedAppPassword, NewAppPassword } from './api.ts';
import type { PageConfiguration } from './configuration.ts';
import { checkLabel, checkScopes, expiryField, labelField, scopesField } from './create-fields.ts';
import { button, element } from './dom.ts';
import { openModal } from './modal.ts';
import { codeOfError, failureNotice } from './notice.ts';
import type { Draft, SignInOptions } from './session.ts';
import { TEXTS } from './texts.ts';

export interface CreateDialogOptions {
  readonly configuration: PageConfiguration;
  /** What the user may grant. */
  readonly scopes: readonly string[];
  readonly draft: Draft | undefined;
  readonly create: (wanted: NewAppPassword) => Promise<CreatedAppPassword>;
  readonly signIn: (options: SignInOptions) => void;
  readonly onCreated: (created: CreatedAppPassword) => void;
  /** The dialog is closed, and an attempt in it may have created something all the same. */
  readonly onUnknown: () => void;
}

/** Failures after which an app password may exist. */
const UNKNOWN_RESULTS = new Set(['create_unknown', 'tenant_unavailable', 'tenant_throttled', 'state_unavailable']);

export function openCreateDialog(options: CreateDialogOptions): void {
  const { configuration, draft } = options;
  const label = labelField(draft?.label ?? '');
  const scopes = scopesField(options.scopes, configuration.scopeDescriptions, draft?.scopes ?? []);
  const expiry = expiryField(draft?.days);
  const failure = element('div', { class: 'failure' });
  const submit = element('button', { type: 'submit', class: 'button primary' }, TEXTS.create);
  const cancel = button(TEXTS.cancel, () => void (!isBusy && modal.close()));
  const form = element(
    'form',
    { novalidate: true },
    ...[label.field, scopes.field, expiry.field, failure],
    element('div', { class: 'actions' }, cancel, submit),
  );
  const current = (): Draft => ({ label: label.value(), scopes: scopes.values(), days: expiry.days() });
  let isBusy = false;
  let isUnknown = false;
  const setBusy = (busy: boolean) => {
    isBusy = busy;
    for (const each of [cancel, submit]) each.setAttribute('aria-disabled', String(busy));
    submit.textContent = busy ? TEXTS.creating : TEXTS.create;
  };
  const submitForm = async () => {
    const faulty = [checkLabel(label), checkScopes(scopes)].find((found) => found !== undefined);
    if (faulty) {
      faulty.focus();
      return;
    }
    setBusy(true);
    failure.replaceChildren();
    try {
      const created = await options.create(wantedOf(current()));
      modal.close();
      options.onCreated(created);
    } catch (error) {
      setBusy(false);
      isUnknown ||= UNKNOWN_RESULTS.has(codeOfError(error));
      const signIn = (isFresh: boolean) => options.signIn({ isFresh, draft: current() });
      failure.replaceChildren(failureNotice(error, { signIn }));
    }
  };
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (!isBusy) void submitForm();
  });
  const modal = openModal({
    title: TEXTS.createTitle,
    content: [form],
    mayClose: () => !isBusy,
    onClose: () => void (isUnknown && options.onUnknown()),
  });
  label.input.focus();
}

function wantedOf({ label, scopes, days }: Draft): NewAppPassword {
  return { label, scopes, ...(days > 0 && { expiresInDays: days }) };
}
