/** What a response says about the server's rate limit. Headers are hints: a value that cannot be read counts as absent. */
import type { HttpResponse } from '../core/http.ts';
import { rateLimitWaitMs, wholeNumber } from '../core/retry-after.ts';

type Headers = HttpResponse['headers'];

/** How much is left until when; Auth0's `x-ratelimit-*` headers. */
export interface RateLimit {
  readonly limit: number;
  readonly remaining: number;
  /** Epoch milliseconds. */
  readonly resetsAtMs: number;
}

const DEFAULT_WAIT_MS = 1000;
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

/** Reports whether so little is left that it should be left to others. */
export function isNearlyUsedUp({ limit, remaining }: RateLimit): boolean {
  return remaining < limit * RESERVED_SHARE;
}

/** How long to wait after a 429, in milliseconds: as the server asks, or else a second. */
export function retryAfterMs(headers: Headers, nowMs: number): number {
  return rateLimitWaitMs(headers, nowMs) ?? DEFAULT_WAIT_MS;
}
