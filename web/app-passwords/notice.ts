/** Messages about failures: what happened, and what the user can do. */
import { ApiFailure } from './api.ts';
import { button, element, fillText, icon } from './dom.ts';
import { PROBLEMS, RETRY_AFTER, TEXTS } from './texts.ts';

export interface NoticeActions {
  /** @default there is no such button */
  readonly retry?: () => void;
  /** @param isFresh whether the user must enter the password again */
  readonly signIn: (isFresh: boolean) => void;
}

/** The code of any error. */
export function codeOfError(error: unknown): string {
  return error instanceof ApiFailure && PROBLEMS[error.code] !== undefined ? error.code : 'unexpected';
}

/** An alert about a failure, with the action that helps. */
export function failureNotice(error: unknown, actions: NoticeActions, code = codeOfError(error)): HTMLElement {
  const { title = '', help = '' } = PROBLEMS[code] ?? {};
  const seconds = error instanceof ApiFailure ? error.retryAfterSeconds : undefined;
  const advice = seconds === undefined ? help : fillText(RETRY_AFTER, { seconds: String(seconds) });
  const text = element(
    'div',
    { class: 'notice-text' },
    element('p', { class: 'notice-title' }, title),
    element('p', {}, advice),
  );
  return element(
    'div',
    { class: 'notice problem', role: 'alert', 'data-code': code },
    icon('warning'),
    text,
    actionFor(code, actions),
  );
}

function actionFor(code: string, { retry, signIn }: NoticeActions): HTMLElement | undefined {
  if (code === 'login_too_old') return button(TEXTS.signInAgain, () => signIn(true), { kind: 'primary' });
  if (code === 'session_ended') return button(TEXTS.signIn, () => signIn(false), { kind: 'primary' });
  return retry && button(TEXTS.retry, retry);
}
