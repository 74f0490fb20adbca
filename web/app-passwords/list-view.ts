/** The list of the user's app passwords. */
import type { AppPassword, AppPasswords } from './api.ts';
import type { PageConfiguration } from './configuration.ts';
import { button, element, fillText, icon, isolated, outside } from './dom.ts';
import { scopeList } from './scope-words.ts';
import { TEXTS } from './texts.ts';
import { timeElement } from './time-element.ts';

/** How far a deletion is. */
export type Deletion = 'stopping' | 'stopped' | 'unknown';

export interface ListViewOptions {
  readonly configuration: PageConfiguration;
  readonly passwords: AppPasswords;
  readonly deletions: ReadonlyMap<string, Deletion>;
  readonly now: Date;
  readonly onCreate: () => void;
  readonly onDelete: (password: AppPassword) => void;
  readonly onDismiss: (password: AppPassword) => void;
}

const SOON_MS = 7 * 86_400_000;
const DELETION_TEXTS: Readonly<Record<Deletion, string>> = {
  stopping: TEXTS.stopping,
  stopped: TEXTS.stopped,
  unknown: TEXTS.stoppedUnknown,
};

/** The id of the element that has the focus after the list has changed. */
export function headingId({ id }: AppPassword): string {
  return `password-${id}`;
}

export function listView(options: ListViewOptions): HTMLElement {
  const { passwords, deletions } = options;
  const count = passwords.list.filter(({ id }) => !deletions.has(id)).length;
  const sorted = passwords.list.toSorted((one, other) => timeOf(other) - timeOf(one));
  return element(
    'div',
    { class: 'list-view' },
    header(options, count),
    remark(passwords, count),
    sorted.length === 0
      ? emptyState(options)
      : element('ul', { class: 'passwords' }, ...sorted.map((password) => row(password, options))),
  );
}

function timeOf({ createdAt }: AppPassword): number {
  return createdAt?.getTime() ?? 0;
}

function canCreate({ scopes, maximum }: AppPasswords, count: number): boolean {
  return scopes.length > 0 && count < maximum;
}

function header({ passwords, onCreate }: ListViewOptions, count: number): HTMLElement {
  const { maximum } = passwords;
  const numbers = { count: String(count), maximum: String(maximum) };
  return element(
    'div',
    { class: 'list-header' },
    element(
      'div',
      {},
      element(
        'h1',
        { tabindex: '-1', id: 'title' },
        TEXTS.title,
        count === 0
          ? undefined
          : element(
              'span',
              { class: 'count' },
              element('span', { 'aria-hidden': 'true' }, fillText(TEXTS.count, numbers)),
              element('span', { class: 'visually-hidden' }, `, ${fillText(TEXTS.countLabel, numbers)}`),
            ),
      ),
      element('p', { class: 'intro' }, TEXTS.intro),
    ),
    passwords.list.length > 0 && canCreate(passwords, count)
      ? button(TEXTS.newPassword, onCreate, { kind: 'primary', icon: 'plus', attributes: { id: 'new' } })
      : undefined,
  );
}

function remark({ scopes, maximum }: AppPasswords, count: number): HTMLElement | undefined {
  const text =
    scopes.length === 0
      ? TEXTS.nothingToGrant
      : count >= maximum
        ? fillText(TEXTS.full, { maximum: String(maximum) })
        : undefined;
  return text === undefined ? undefined : element('p', { class: 'notice caution' }, icon('warning'), text);
}

function emptyState({ passwords, onCreate }: ListViewOptions): HTMLElement {
  return element(
    'div',
    { class: 'empty' },
    element('span', { class: 'badge-icon' }, icon('key')),
    element('h2', {}, TEXTS.emptyTitle),
    element('p', {}, TEXTS.emptyText),
    canCreate(passwords, 0)
      ? button(TEXTS.newPassword, onCreate, { kind: 'primary', icon: 'plus', attributes: { id: 'new' } })
      : undefined,
  );
}

function row(password: AppPassword, options: ListViewOptions): HTMLElement {
  const { configuration, deletions, now, onDelete, onDismiss } = options;
  const { label, scopes } = password;
  const deletion = deletions.get(password.id);
  const heading = element('h2', { tabindex: '-1', id: headingId(password) }, outside(label));
  if (deletion !== undefined) return deletedRow(password, heading, deletion, onDismiss);
  const remove = button(TEXTS.delete, () => onDelete(password), {
    kind: 'quiet',
    icon: 'trash',
    attributes: { 'aria-label': fillText(TEXTS.deleteLabel, { label: isolated(label) }) },
  });
  return element(
    'li',
    { class: 'password' },
    element('div', { class: 'password-head' }, heading, remove),
    scopeList(scopes, configuration.scopeDescriptions, TEXTS.scopes),
    facts(password, now),
  );
}

function deletedRow(
  password: AppPassword,
  heading: HTMLElement,
  deletion: Deletion,
  onDismiss: (password: AppPassword) => void,
): HTMLElement {
  const picture = deletion === 'stopping' ? element('span', { class: 'spinner' }) : icon('check');
  const dismiss =
    deletion === 'stopping' ? undefined : button(TEXTS.dismiss, () => onDismiss(password), { kind: 'quiet' });
  return element(
    'li',
    { class: `password deleted ${deletion}` },
    element('div', { class: 'password-head' }, heading, dismiss),
    element('p', { class: 'deletion' }, picture, DELETION_TEXTS[deletion]),
  );
}

function facts({ createdAt, lastUsedAt, expiresAt }: AppPassword, now: Date): HTMLElement {
  const shown = (time: Date | undefined) => (time ? timeElement(time, now) : TEXTS.never);
  const left = expiresAt === undefined ? Number.POSITIVE_INFINITY : expiresAt.getTime() - now.getTime();
  const urgency = left <= 0 ? 'past' : left < SOON_MS ? 'soon' : undefined;
  return element(
    'dl',
    { class: 'facts' },
    createdAt && fact(TEXTS.created, timeElement(createdAt, now)),
    fact(TEXTS.lastUsed, shown(lastUsedAt)),
    fact(left <= 0 ? TEXTS.expired : TEXTS.expires, shown(expiresAt), urgency),
  );
}

function fact(name: string, value: Node | string, urgency?: string): HTMLElement {
  const picture = urgency === undefined ? undefined : icon('clock');
  return element('div', { class: urgency }, element('dt', {}, name), element('dd', {}, picture, value));
}
