/** Classifies one attempt at a call to the issuer: a response to read, or a failure that may be worth a retry. */
import { IssuerError } from '../core/errors.ts';
import type { HttpFailure, HttpResponse } from '../core/http.ts';
import { oauthErrorOf } from './oauth-error.ts';

export type Attempt = { readonly outcome: 'response'; readonly response: HttpResponse } | FailedAttempt;

export interface FailedAttempt {
  readonly outcome: 'failure';
  readonly error: IssuerError;
  /** `soon`: after a short, random time. `when_allowed`: when the server's rate limit allows it. */
  readonly retry: 'never' | 'soon' | 'when_allowed';
  /** Whether the server failed for everybody: it did not respond, or could not serve any request. */
  readonly isOutage: boolean;
  /** Whether the decision's deadline left the attempt too little time, so the failure says nothing about the server. */
  readonly isCutShort?: boolean;
  readonly response?: HttpResponse;
}

const TRANSIENT_STATUSES = new Set([502, 503, 504]);

/**
 * Classifies a response. The caller reads every 2xx, every 4xx except 429, and a 5xx with an OAuth error, except 502,
 * 503 and 504: a server that sends an OAuth error has understood the request.
 */
export function classifyResponse(response: HttpResponse): Attempt {
  const { status } = response;
  if (status === 429) {
    const error = new IssuerError('issuer_throttled', 'The server limits the rate of requests (429).');
    return { outcome: 'failure', error, retry: 'when_allowed', isOutage: false, response };
  }
  if (status >= 500) {
    const isTransient = TRANSIENT_STATUSES.has(status);
    if (!isTransient && oauthErrorOf(response)) return { outcome: 'response', response };
    const error = new IssuerError('issuer_unavailable', `The server responded with ${status}.`);
    return { outcome: 'failure', error, retry: isTransient ? 'soon' : 'never', isOutage: true };
  }
  if (status >= 300 && status < 400) {
    const message = `The server responded with ${status}; redirects are not followed.`;
    const error = new IssuerError('issuer_malformed', message);
    return { outcome: 'failure', error, retry: 'never', isOutage: false };
  }
  return { outcome: 'response', response };
}

/** Classifies an attempt without a readable response. */
export function classifyFailure(cause: HttpFailure): FailedAttempt {
  switch (cause.reason) {
    case 'connection': {
      const error = new IssuerError('issuer_unavailable', 'The server cannot be reached.', { cause });
      return { outcome: 'failure', error, retry: 'soon', isOutage: true };
    }
    case 'timeout': {
      const error = new IssuerError('issuer_timeout', 'The server did not respond in time.', { cause });
      return { outcome: 'failure', error, retry: 'never', isOutage: true };
    }
    default: {
      const error = new IssuerError('issuer_malformed', 'The response cannot be read.', { cause });
      return { outcome: 'failure', error, retry: 'never', isOutage: false };
    }
  }
}
