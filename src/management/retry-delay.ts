/** How long to wait before a request is sent again. Pure; what the server says about it is parsed, and never taken for less than a second. */

/** What came of one attempt: a status with its headers, or nothing at all. */
export interface AttemptResult {
  /** Absent if there was no answer. */
  readonly status?: number;
  readonly headers?: Headers;
}

export interface RetryCircumstances {
  /** 1 for the first attempt. */
  readonly attempt: number;
  /** Whether sending it twice does no more than sending it once. */
  readonly isRepeatable: boolean;
  /** Epoch milliseconds. */
  readonly nowMs: number;
}

const MOST_ATTEMPTS = 4;
/** A rate limit says when it ends, so more patience is worth while: the deadline is what bounds it. */
const MOST_THROTTLED_ATTEMPTS = 20;
const LEAST_TOLD_DELAY_MS = 1000;
const FIRST_DELAY_MS = 500;
const LONGEST_UNTOLD_DELAY_MS = 8000;

/**
 * Says how long to wait before the next attempt.
 *
 * @returns milliseconds; `undefined` if the result stands
 * @see RFC 9110 section 10.2.3 (Retry-After)
 */
export function retryDelayMs(result: AttemptResult, circumstances: RetryCircumstances): number | undefined {
  const { attempt, isRepeatable, nowMs } = circumstances;
  const { status, headers } = result;
  const untoldMs = Math.min(FIRST_DELAY_MS * 2 ** (attempt - 1), LONGEST_UNTOLD_DELAY_MS);
  if (status === 429) return attempt < MOST_THROTTLED_ATTEMPTS ? (toldDelayMs(headers, nowMs) ?? untoldMs) : undefined;
  const hasFailed = status === undefined || status === 408 || status >= 500;
  if (!hasFailed || !isRepeatable || attempt >= MOST_ATTEMPTS) return undefined;
  return retryAfterMs(headers, nowMs) ?? untoldMs;
}

function toldDelayMs(headers: Headers | undefined, nowMs: number): number | undefined {
  return retryAfterMs(headers, nowMs) ?? rateLimitResetMs(headers, nowMs);
}

function retryAfterMs(headers: Headers | undefined, nowMs: number): number | undefined {
  const value = headers?.get('retry-after');
  if (!value) return undefined;
  const delayMs = /^\d{1,9}$/.test(value) ? Number(value) * 1000 : Date.parse(value) - nowMs;
  return Number.isNaN(delayMs) ? undefined : Math.max(delayMs, LEAST_TOLD_DELAY_MS);
}

/** `x-ratelimit-reset` is epoch seconds. */
function rateLimitResetMs(headers: Headers | undefined, nowMs: number): number | undefined {
  const value = headers?.get('x-ratelimit-reset');
  if (!value || !/^\d{1,12}$/.test(value)) return undefined;
  return Math.max(Number(value) * 1000 - nowMs, LEAST_TOLD_DELAY_MS);
}
