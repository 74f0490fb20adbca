/** How long to wait before a request is sent again. A wait that the server requests is never less than a second here. */
import type { HttpResponse } from '../core/http.ts';
import { rateLimitWaitMs, retryAfterMs } from '../core/retry-after.ts';

/** The result of one attempt: a status with its headers, or nothing at all. */
export interface AttemptResult {
  /** Absent if there was no response. */
  readonly status?: number;
  readonly headers?: HttpResponse['headers'];
}

export interface RetryCircumstances {
  /** 1 for the first attempt. */
  readonly attempt: number;
  /** Whether sending it twice has the same effect as sending it once. */
  readonly isRepeatable: boolean;
  /** Epoch milliseconds. */
  readonly nowMs: number;
}

const MAXIMUM_ATTEMPTS = 4;
/** A rate limit says when it ends, so more attempts are worthwhile. The deadline bounds them. */
const MAXIMUM_THROTTLED_ATTEMPTS = 20;
const MINIMUM_REQUESTED_DELAY_MS = 1000;
const FIRST_BACKOFF_MS = 500;
const MAXIMUM_BACKOFF_MS = 8000;

/**
 * Returns how long to wait before the next attempt.
 *
 * @returns milliseconds; `undefined` if the result is final
 */
export function retryDelayMs(result: AttemptResult, circumstances: RetryCircumstances): number | undefined {
  const { attempt, isRepeatable, nowMs } = circumstances;
  const { status, headers = {} } = result;
  const backoffMs = Math.min(FIRST_BACKOFF_MS * 2 ** (attempt - 1), MAXIMUM_BACKOFF_MS);
  if (status === 429) {
    const isFinal = attempt >= MAXIMUM_THROTTLED_ATTEMPTS;
    return isFinal ? undefined : (atLeastASecond(rateLimitWaitMs(headers, nowMs)) ?? backoffMs);
  }
  const hasFailed = status === undefined || status === 408 || status >= 500;
  if (!hasFailed || !isRepeatable || attempt >= MAXIMUM_ATTEMPTS) return undefined;
  return atLeastASecond(retryAfterMs(headers, nowMs)) ?? backoffMs;
}

function atLeastASecond(requestedMs: number | undefined): number | undefined {
  return requestedMs === undefined ? undefined : Math.max(requestedMs, MINIMUM_REQUESTED_DELAY_MS);
}
