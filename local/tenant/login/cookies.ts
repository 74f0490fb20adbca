/**
 * The two cookies of a browser: one for its session, and one that ties a login form to the browser that opened it. Cookies do not
 * know ports, so their names contain the port: two tenants on one host do not share them.
 */
import type { Exchange } from '../http.ts';

export type CookieUse = 'session' | 'browser';

export function readCookie({ headers }: Pick<Exchange, 'headers'>, use: CookieUse, issuer: string): string {
  return parseCookies(headers.cookie).get(nameOf(use, issuer)) ?? '';
}

/** @param value empty deletes the cookie */
export function setCookie(use: CookieUse, value: string, issuer: string): Readonly<Record<string, string>> {
  const deletion = value === '' ? '; Max-Age=0' : '';
  return { 'set-cookie': `${nameOf(use, issuer)}=${value}; Path=/; HttpOnly; SameSite=Lax${deletion}` };
}

/** Parses a `Cookie` header. Of cookies with the same name, the first counts (RFC 6265 section 5.4). */
export function parseCookies(header: string | undefined): ReadonlyMap<string, string> {
  const cookies = new Map<string, string>();
  for (const pair of (header ?? '').split(';')) {
    const mark = pair.indexOf('=');
    const name = pair.slice(0, mark).trim();
    if (mark > 0 && name !== '' && !cookies.has(name)) cookies.set(name, pair.slice(mark + 1).trim());
  }
  return cookies;
}

function nameOf(use: CookieUse, issuer: string): string {
  return `tenant_${use}_${new URL(issuer).port}`;
}
