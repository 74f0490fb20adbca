/** How long a server asks a client to wait. Response headers are hints: a value that cannot be read counts as absent. */
import type { HttpResponse } from './http.ts';

type Headers = HttpResponse['headers'];

/** The three date formats of RFC 9110 section 5.6.7. They are always in GMT, but asctime does not say so. */
const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;
const RFC_850_DATE = /^[A-Z][a-z]{5,8}, \d{2}-[A-Z][a-z]{2}-\d{2} \d{2}:\d{2}:\d{2} GMT$/;
const ASCTIME_DATE = /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/;

/**
 * Reads `Retry-After`: seconds, or a date.
 *
 * @returns milliseconds from now, at least 0; `undefined` if the header is absent or cannot be read
 * @see RFC 9110 section 10.2.3
 */
export function retryAfterMs(headers: Headers, nowMs: number): number | undefined {
  const value = headers['retry-after'] ?? '';
  const seconds = wholeNumber(value);
  if (seconds !== undefined) return seconds * 1000;
  const dateMs = httpDateMs(value);
  return dateMs === undefined ? undefined : Math.max(dateMs - nowMs, 0);
}

/**
 * Reads how long a rate limit lasts: `Retry-After`, or else Auth0's `x-ratelimit-reset` (epoch seconds).
 *
 * @returns milliseconds from now, at least 0; `undefined` if neither header can be read
 */
export function rateLimitWaitMs(headers: Headers, nowMs: number): number | undefined {
  const resetSeconds = wholeNumber(headers['x-ratelimit-reset']);
  const untilResetMs = resetSeconds === undefined ? undefined : Math.max(resetSeconds * 1000 - nowMs, 0);
  return retryAfterMs(headers, nowMs) ?? untilResetMs;
}

/** Reads a header that holds a whole number of at most 12 digits. */
export function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,12}$/.test(text) ? Number(text) : undefined;
}

/** Reads an HTTP date, in epoch milliseconds; `undefined` if it cannot be read. */
export function httpDateMs(text: string): number | undefined {
  if (ASCTIME_DATE.test(text)) return parseDate(`${text} GMT`);
  return HTTP_DATE.test(text) || RFC_850_DATE.test(text) ? parseDate(text) : undefined;
}

function parseDate(text: string): number | undefined {
  const epochMs = Date.parse(text);
  return Number.isNaN(epochMs) ? undefined : epochMs;
}
