/** Judges one attempt at an upstream call: a response to read, or a failure that may be worth another attempt. */
import { IssuerError } from '../core/errors.ts';
import type { HttpFailure, HttpResponse } from '../core/http.ts';
import { oauthErrorOf } from './oauth-error.ts';

export type Attempt = { readonly outcome: 'answer'; readonly response: HttpResponse } | FailedAttempt;

export interface FailedAttempt {
  readonly outcome: 'failure';
  readonly error: IssuerError;
  /** `soon`: after a jittered moment; `when_told`: when the server's rate limit allows. */
  readonly retry: 'never' | 'soon' | 'when_told';
  /** Whether the server failed as a whole, whoever asked: it did not respond, or could not serve anybody. */
  readonly isOutage: boolean;
  readonly response?: HttpResponse;
}

const PASSING_STATUSES = new Set([502, 503, 504]);

/**
 * Judges a response. 2xx and 4xx other than 429 are for the caller to read; so is a 5xx with an OAuth error, other than
 * 502, 503 and 504: a server that sends an OAuth error has understood the request.
 */
export function classifyResponse(response: HttpResponse): Attempt {
  const { status } = response;
  if (status === 429) {
    const error = new IssuerError('issuer_throttled', 'The server limits the rate of requests (429).');
    return { outcome: 'failure', error, retry: 'when_told', isOutage: false, response };
  }
  if (status >= 500) {
    const isPassing = PASSING_STATUSES.has(status);
    if (!isPassing && oauthErrorOf(response)) return { outcome: 'answer', response };
    const error = new IssuerError('issuer_unavailable', `The server answered ${status}.`);
    return { outcome: 'failure', error, retry: isPassing ? 'soon' : 'never', isOutage: true };
  }
  if (status >= 300 && status < 400) {
    const message = `The server answered ${status}; redirects are not followed.`;
    const error = new IssuerError('issuer_malformed', message);
    return { outcome: 'failure', error, retry: 'never', isOutage: false };
  }
  return { outcome: 'answer', response };
}

/** Judges an attempt that brought no response that can be read. */
export function classifyFailure(cause: HttpFailure): FailedAttempt {
  switch (cause.reason) {
    case 'connection': {
      const error = new IssuerError('issuer_unavailable', 'The server cannot be reached.', { cause });
      return { outcome: 'failure', error, retry: 'soon', isOutage: true };
    }
    case 'timeout': {
      const error = new IssuerError('issuer_timeout', 'The server did not answer in time.', { cause });
      return { outcome: 'failure', error, retry: 'never', isOutage: true };
    }
    default: {
      const error = new IssuerError('issuer_malformed', 'The answer cannot be read.', { cause });
      return { outcome: 'failure', error, retry: 'never', isOutage: false };
    }
  }
}
