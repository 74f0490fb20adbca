/** What an answer's headers say of the server's rate limit. They are hints: what cannot be read counts as not said. */
import type { HttpResponse } from '../core/http.ts';

type Headers = HttpResponse['headers'];

/** How much is left until when; Auth0's `x-ratelimit-*` headers. */
export interface RateLimit {
  readonly limit: number;
  readonly remaining: number;
  /** Epoch milliseconds. */
  readonly resetsAtMs: number;
}

const DEFAULT_RETRY_AFTER_MS = 1000;
/** The share that is left to others: the tenant's logins, its other APIs. */
const RESERVED_SHARE = 0.1;

/** @see https://auth0.com/docs/troubleshoot/customer-support/operational-policies/rate-limit-policy */
export function rateLimitOf(headers: Headers): RateLimit | undefined {
  const limit = wholeNumber(headers['x-ratelimit-limit']);
  const remaining = wholeNumber(headers['x-ratelimit-remaining']);
  const reset = wholeNumber(headers['x-ratelimit-reset']);
  if (limit === undefined || remaining === undefined || reset === undefined) return undefined;
  return { limit, remaining, resetsAtMs: reset * 1000 };
}

/** Says whether what is left had better be left to others. */
export function isNearlyUsedUp({ limit, remaining }: RateLimit): boolean {
  return remaining < limit * RESERVED_SHARE;
}

/**
 * How long a 429 asks to wait, in milliseconds: as `Retry-After` says, else until the limit is reset, else a second.
 *
 * @see RFC 9110 section 10.2.3
 */
export function retryAfterMs(headers: Headers, nowMs: number): number {
  const seconds = wholeNumber(headers['retry-after']);
  if (seconds !== undefined) return seconds * 1000;
  const reset = wholeNumber(headers['x-ratelimit-reset']);
  return reset === undefined ? DEFAULT_RETRY_AFTER_MS : Math.max(reset * 1000 - nowMs, 0);
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,12}$/.test(text) ? Number(text) : undefined;
}
