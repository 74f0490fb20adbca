/** The page: which view is shown, and what the user's actions do. */
import type { Api, AppPassword, AppPasswords, CreatedAppPassword } from './api.ts';
import type { PageConfiguration } from './configuration.ts';
import { openCreateDialog } from './create-dialog.ts';
import { openDeleteDialog } from './delete-dialog.ts';
import { element, fillText, isolated } from './dom.ts';
import type { Frame } from './frame.ts';
import { type Deletion, headingId, listView } from './list-view.ts';
import { failureNotice } from './notice.ts';
import type { Draft, Session, SignInOptions } from './session.ts';
import { signedOutView } from './signed-out-view.ts';
import { waitUntilStopped } from './stopping.ts';
import { TEXTS } from './texts.ts';
import { openValueDialog } from './value-dialog.ts';

export interface AppOptions {
  readonly configuration: PageConfiguration;
  readonly session: Session;
  readonly api: Api;
  readonly frame: Frame;
}

export class App {
  readonly #options: AppOptions;
  readonly #deletions = new Map<string, Deletion>();
  #passwords: AppPasswords | undefined;

  constructor(options: AppOptions) {
    this.#options = options;
  }

  showSignedOut(message?: string): void {
    this.#options.frame.show(signedOutView(() => this.#signIn(), message));
  }

  /** @param draft what the user had typed before the sign-in */
  async showSignedIn(draft?: Draft): Promise<void> {
    const { frame, session } = this.#options;
    frame.showUser(await session.userName(), () => this.#signOut());
    await this.#load();
    if (draft && this.#passwords) this.#openCreate(this.#passwords, draft);
  }

  async #load(): Promise<void> {
    const { frame, api } = this.#options;
    frame.show(loadingView());
    try {
      this.#passwords = await api.list();
      this.#showList(this.#passwords);
      focusOn('title');
    } catch (error) {
      this.#showFailure(error, () => void this.#load());
    }
  }

  #showFailure(error: unknown, retry: () => void): void {
    const signIn = (isFresh: boolean) => this.#signIn({ isFresh });
    const notice = failureNotice(error, { retry, signIn });
    this.#options.frame.show(
      element('div', { class: 'list-view' }, element('h1', { tabindex: '-1', id: 'title' }, TEXTS.title), notice),
    );
    focusOn('title');
  }

  #showList(passwords: AppPasswords): void {
    const { configuration, frame } = this.#options;
    const view = listView({
      ...{ configuration, passwords, deletions: this.#deletions, now: new Date() },
      onCreate: () => this.#openCreate(passwords),
      onDelete: (password) => this.#openDelete(password),
      onDismiss: (password) => this.#dismiss(password),
    });
    frame.show(view);
  }

  /** @param change what has happened to the list since it was loaded */
  #update(change: (list: readonly AppPassword[]) => readonly AppPassword[], focusId?: string): void {
    if (!this.#passwords) return;
    const focused = focusId ?? document.activeElement?.id ?? '';
    this.#passwords = { ...this.#passwords, list: change(this.#passwords.list) };
    this.#showList(this.#passwords);
    focusOn(focused);
  }

  #openCreate({ scopes }: AppPasswords, draft?: Draft): void {
    const { configuration, api } = this.#options;
    openCreateDialog({
      ...{ configuration, scopes, draft },
      create: (wanted) => api.create(wanted),
      signIn: (options) => this.#signIn(options),
      onCreated: (created) => this.#showValue(created),
      onUnknown: () => void this.#load(),
    });
  }

  #showValue(created: CreatedAppPassword): void {
    const { value: _, ...password } = created;
    openValueDialog(created, this.#options.configuration, () => focusOn(headingId(password)));
    this.#update((list) => [password, ...list]);
  }

  #openDelete(password: AppPassword): void {
    const { api } = this.#options;
    let isStopped = false;
    openDeleteDialog({
      password,
      remove: async () => {
        isStopped = await api.delete(password.id);
      },
      signIn: (isFresh) => this.#signIn({ isFresh }),
      onDeleted: () => void this.#followDeletion(password, isStopped),
    });
  }

  async #followDeletion(password: AppPassword, isStopped: boolean): Promise<void> {
    if (!isStopped) {
      this.#setDeletion(password, 'stopping', headingId(password));
      this.#announce(TEXTS.stoppingLabel, password);
    }
    const deletion = isStopped || (await waitUntilStopped(this.#options.api, password.id)) ? 'stopped' : 'unknown';
    this.#setDeletion(password, deletion, isStopped ? headingId(password) : undefined);
    if (deletion === 'stopped') this.#announce(TEXTS.stoppedLabel, password);
  }

  #setDeletion({ id }: AppPassword, deletion: Deletion, focusId?: string): void {
    this.#deletions.set(id, deletion);
    this.#update((list) => list, focusId);
  }

  #dismiss({ id }: AppPassword): void {
    this.#deletions.delete(id);
    this.#update((list) => list.filter((each) => each.id !== id), 'title');
  }

  #announce(text: string, { label }: AppPassword): void {
    this.#options.frame.announce(fillText(text, { label: isolated(label) }));
  }

  /** Nothing of the user stays in the page: a browser can show it again after "Back", as it was when the user left it. */
  #signOut(): void {
    const { frame, session } = this.#options;
    this.#passwords = undefined;
    frame.hideUser();
    frame.show(element('p', { role: 'status' }, TEXTS.signingOut));
    addEventListener('pageshow', ({ persisted }) => {
      if (persisted) location.reload();
    });
    session.signOut().catch((error: unknown) => this.#showFailure(error, () => this.#signOut()));
  }

  #signIn(options: SignInOptions = {}): void {
    const { session } = this.#options;
    session.signIn(options).catch((error: unknown) => this.#showFailure(error, () => this.#signIn(options)));
  }
}

function loadingView(): HTMLElement {
  const rows = [1, 2, 3].map(() => element('li', { class: 'password skeleton' }));
  return element(
    'div',
    { class: 'list-view', 'aria-busy': 'true' },
    element('h1', {}, TEXTS.title),
    element('p', { role: 'status' }, TEXTS.loading),
    element('ul', { class: 'passwords', 'aria-hidden': 'true' }, ...rows),
  );
}

function focusOn(id: string): void {
  if (id !== '') document.getElementById(id)?.focus();
}
