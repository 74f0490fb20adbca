/** What the tenant reports about a token, as a table for people. Nothing here is verified. */

import type { JsonObject } from '../core/json.ts';
import type { UnverifiedResponse } from '../issuer/introspection.ts';
import { timeInWords } from './time-in-words.ts';

const TITLES: Readonly<Record<string, string>> = {
  token_type: 'type',
  sub: 'subject',
  username: 'username',
  scope: 'scopes',
  client_id: 'client',
  aud: 'audience',
  iss: 'issuer',
  iat: 'issued',
  nbf: 'valid from',
  exp: 'expires',
};
const TIMES = new Set(['iat', 'nbf', 'exp']);

/** @returns rows of title and text */
export function describeToken(response: UnverifiedResponse, nowMs: number): readonly (readonly [string, string])[] {
  if (!response.active) {
    return [['active', 'no: unknown, expired, revoked, or for another audience; the tenant does not say which']];
  }
  const known = Object.keys(TITLES).filter((claim) => response[claim] !== undefined);
  const others = Object.keys(response).filter((claim) => !(claim in TITLES) && claim !== 'active');
  return [
    ['active', 'yes'],
    ...known.map((claim) => [TITLES[claim] ?? claim, describeClaim(claim, response, nowMs)] as const),
    ...(response.exp === undefined ? [['expires', 'never, as far as the tenant says'] as const] : []),
    ...others.map((claim) => [claim, describeClaim(claim, response, nowMs)] as const),
  ];
}

function describeClaim(claim: string, response: JsonObject, nowMs: number): string {
  const value = response[claim];
  if (TIMES.has(claim) && typeof value === 'number') return timeInWords(value * 1000, nowMs);
  if (claim === 'scope' && value === '') return 'none';
  if (Array.isArray(value) && value.every((entry) => typeof entry === 'string')) return value.join(' ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}
