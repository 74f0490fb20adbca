/** What the tenant says of a token, as a table for people. Nothing of it is verified: it is shown, not believed. */

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

/** Answers rows of title and text. */
export function describeToken(answer: UnverifiedResponse, nowMs: number): readonly (readonly [string, string])[] {
  if (!answer.active) {
    return [['active', 'no: unknown, expired, revoked, or for another audience; the tenant does not say which']];
  }
  const known = Object.keys(TITLES).filter((claim) => answer[claim] !== undefined);
  const others = Object.keys(answer).filter((claim) => !(claim in TITLES) && claim !== 'active');
  return [
    ['active', 'yes'],
    ...known.map((claim) => [TITLES[claim] ?? claim, describeClaim(claim, answer, nowMs)] as const),
    ...(answer.exp === undefined ? [['expires', 'never, as far as the tenant says'] as const] : []),
    ...others.map((claim) => [claim, describeClaim(claim, answer, nowMs)] as const),
  ];
}

function describeClaim(claim: string, answer: JsonObject, nowMs: number): string {
  const value = answer[claim];
  if (TIMES.has(claim) && typeof value === 'number') return timeInWords(value * 1000, nowMs);
  if (claim === 'scope' && value === '') return 'none';
  if (Array.isArray(value) && value.every((entry) => typeof entry === 'string')) return value.join(' ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}
