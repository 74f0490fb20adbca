/** Reads the server's rate limit from a response. Headers are hints: a value that cannot be read counts as absent. */
import type { HttpResponse } from '../core/http.ts';
import { rateLimitWaitMs, wholeNumber } from '../core/retry-after.ts';

type Headers = HttpResponse['headers'];

/** How much of the limit is left, and when it resets, from Auth0's `x-ratelimit-*` headers. */
export interface RateLimit {
  readonly limit: number;
  readonly remaining: number;
  /** Epoch milliseconds. */
  readonly resetsAtMs: number;
}

const DEFAULT_WAIT_MS = 1000;
/** The share that is reserved for others, such as the tenant's logins and its other APIs. */
const RESERVED_SHARE = 0.1;

/** @see https://auth0.com/docs/troubleshoot/customer-support/operational-policies/rate-limit-policy */
export function rateLimitOf(headers: Headers): RateLimit | undefined {
  const limit = wholeNumber(headers['x-ratelimit-limit']);
  const remaining = wholeNumber(headers['x-ratelimit-remaining']);
  const reset = wholeNumber(headers['x-ratelimit-reset']);
  if (limit === undefined || remaining === undefined || reset === undefined) return undefined;
  return { limit, remaining, resetsAtMs: reset * 1000 };
}

/** Returns whether less than the reserved share is left. */
export function isNearlyUsedUp({ limit, remaining }: RateLimit): boolean {
  return remaining < limit * RESERVED_SHARE;
}

/** How long to wait after a 429, in milliseconds: what the server requests, or one second. */
export function retryAfterMs(headers: Headers, nowMs: number): number {
  return rateLimitWaitMs(headers, nowMs) ?? DEFAULT_WAIT_MS;
}
