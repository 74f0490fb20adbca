/** The responses of the API. They are for one user only, so nothing may store them, and no page may show them as anything but data. */
import type { Problem } from '../../src/app-passwords/problem.ts';

export interface ApiResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const SAFE_HEADERS = {
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  Vary: 'Origin',
};
const EXPOSED_HEADERS = 'Location, Retry-After, WWW-Authenticate';

/** @see https://fetch.spec.whatwg.org/#http-cors-protocol. There are no cookies, so no credentials are allowed */
export function corsHeaders(origins: readonly string[], origin: string): Readonly<Record<string, string>> {
  if (!origins.includes(origin)) return {};
  return { 'Access-Control-Allow-Origin': origin, 'Access-Control-Expose-Headers': EXPOSED_HEADERS };
}

export function jsonResponse(statusCode: number, body: object, headers: Readonly<Record<string, string>>): ApiResponse {
  return {
    statusCode,
    headers: { ...SAFE_HEADERS, 'Content-Type': 'application/json', ...headers },
    body: inert(body),
  };
}

/** @see RFC 9457 */
export function problemResponse(problem: Problem, headers: Readonly<Record<string, string>>): ApiResponse {
  return {
    statusCode: problem.status,
    headers: { ...SAFE_HEADERS, 'Content-Type': 'application/problem+json', ...problem.headers(), ...headers },
    body: inert(problem.body()),
  };
}

/** Even in an HTML page, it would not be markup. */
function inert(body: object): string {
  return JSON.stringify(body).replace(/[<>&\u2028\u2029]/g, escaped);
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
