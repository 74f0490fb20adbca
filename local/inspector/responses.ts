/** The responses of the inspector. None may be cached, framed, or read by a page of another origin. */
import type { ApiResponse } from '../gateway/api.ts';

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ');

const HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': POLICY,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

export function page(type: string, body: string): ApiResponse {
  return { statusCode: 200, headers: { ...HEADERS, 'content-type': type }, body };
}

export function json(value: unknown): ApiResponse {
  return page('application/json', JSON.stringify(value));
}

/** RFC 9457. */
export function problem(statusCode: number, title: string): ApiResponse {
  const headers = { ...HEADERS, 'content-type': 'application/problem+json' };
  return { statusCode, headers, body: JSON.stringify({ title, status: statusCode }) };
}

export function notFound(): ApiResponse {
  return problem(404, 'There is no such page.');
}
