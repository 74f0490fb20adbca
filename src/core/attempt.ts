/** What one attempt at an upstream call came to: an answer, or a failure that may or may not be worth another attempt. */
import { UpstreamError } from './errors.ts';
import type { HttpFailure, HttpResponse } from './http.ts';

export type Attempt = { readonly outcome: 'answer'; readonly response: HttpResponse } | FailedAttempt;

export interface FailedAttempt {
  readonly outcome: 'failure';
  readonly error: UpstreamError;
  /** `soon`: after a jittered moment; `when_told`: when the server's rate limit allows. */
  readonly retry: 'never' | 'soon' | 'when_told';
  readonly response?: HttpResponse;
}

const PASSING_STATUSES = new Set([502, 503, 504]);

/** Judges an answer by its status alone: 2xx and 4xx other than 429 are for the caller to read. */
export function judgeResponse(response: HttpResponse): Attempt {
  const { status } = response;
  if (status === 429) {
    const error = new UpstreamError('upstream_throttled', 'The server limits the rate of requests (429).');
    return { outcome: 'failure', error, retry: 'when_told', response };
  }
  if (status >= 500) {
    const error = new UpstreamError('upstream_unavailable', `The server answered ${status}.`);
    return { outcome: 'failure', error, retry: PASSING_STATUSES.has(status) ? 'soon' : 'never' };
  }
  if (status >= 300 && status < 400) {
    const message = `The server answered ${status}; redirects are not followed.`;
    return { outcome: 'failure', error: new UpstreamError('upstream_malformed', message), retry: 'never' };
  }
  return { outcome: 'answer', response };
}

/** Judges an attempt that brought no answer. */
export function judgeFailure(cause: HttpFailure): FailedAttempt {
  switch (cause.reason) {
    case 'connection': {
      const error = new UpstreamError('upstream_unavailable', 'The server cannot be reached.', { cause });
      return { outcome: 'failure', error, retry: 'soon' };
    }
    case 'timeout': {
      const error = new UpstreamError('upstream_timeout', 'The server did not answer in time.', { cause });
      return { outcome: 'failure', error, retry: 'never' };
    }
    default: {
      const error = new UpstreamError('upstream_malformed', 'The answer cannot be read.', { cause });
      return { outcome: 'failure', error, retry: 'never' };
    }
  }
}
