/** The fixed parts of the handler fuzz's world: who exists, what they are called, and what time it is. */
import { base64url } from '../keys.ts';
import type { Case } from './case.ts';
import {
  CALLS,
  type Call,
  connectRequirement,
  isGreedyName,
  type Requirement,
  requirementOf,
  scopesIn,
  scopesOfMap,
} from './routes.ts';

/** When each case begins, as epoch milliseconds: a Thursday noon. */
export const START_MS = Date.UTC(2026, 0, 15, 12);
export const START_SECONDS = START_MS / 1000;

export const AUDIENCE = 'https://demo.api';
export const CALLER_IP = '198.51.100.7';
export const SUBJECT = 'auth0|5f7c8ec7c33c6c004bbafe82';
export const USERNAME = 'Kim.Okafor@example.com';
export const GRANT_CLIENT = { clientId: 'grant-client-id', clientSecret: 'grant-client-secret-Zq81' };
export const ISSUER_CLIENT = { clientId: 'issuer-client-id', clientSecret: 'issuer client+secret/Yx72' };
export const ISSUER_CLIENT_SECRET_NAME = 'second-issuer-client';

/** One authorization server, as the configuration names it and as the stand-in serves it. */
export interface IssuerFacts {
  readonly issuer: string;
  readonly jwksUrl: string;
  readonly introspectionUrl: string;
  readonly isRfc7662: boolean;
  readonly hasSecret: boolean;
}

const auth0 = (issuer: string): IssuerFacts => ({
  issuer,
  jwksUrl: `${issuer}.well-known/jwks.json`,
  introspectionUrl: `${issuer}oauth/introspect`,
  isRfc7662: false,
  hasSecret: false,
});
const rfc7662 = (hasSecret: boolean): IssuerFacts => ({
  issuer: 'https://idp.example.net',
  jwksUrl: 'https://idp.example.net/keys',
  introspectionUrl: 'https://idp.example.net/introspect',
  isRfc7662: true,
  hasSecret,
});

export const FIRST = auth0('https://tenant.example/');
export const TOKEN_URL = `${FIRST.issuer}oauth/token`;

export function issuersOf({ issuers }: Pick<Case, 'issuers'>): readonly [IssuerFacts, ...IssuerFacts[]] {
  if (issuers === 'one') return [FIRST];
  if (issuers === 'twoTenants') return [FIRST, auth0('https://login.example.org/')];
  return [FIRST, rfc7662(issuers === 'rfc7662WithSecret')];
}

/** Which issuer made the token: the second only where there is one. */
export const originOf = (it: Case): 0 | 1 => (it.issuers === 'one' ? 0 : it.from);

export function calledIn(it: Case): Call {
  const found = CALLS[it.call];
  if (!found) throw new RangeError(`There is no call ${it.call}.`);
  return found;
}

/** What issuer 0 or 1 says of the presented token. A JWT is known to its own issuer alone. */
export function knowledgeOf(it: Case, index: 0 | 1): Case['knows0'] {
  if (it.credential === 'jwt' && originOf(it) !== index) return 'inactive';
  return index === 0 ? it.knows0 : it.knows1;
}

/** What the call of a case requires when its path has one reading. */
export function requirementIn(it: Case): Requirement | undefined {
  const called = calledIn(it);
  return it.api === 'websocket' ? connectRequirement(called.map) : requirementOf(called);
}

/** The scopes that the caller was granted. */
export function grantedScopes(it: Case): readonly string[] {
  const all = scopesOfMap(calledIn(it).map);
  const requirement = requirementIn(it);
  const needed = requirement ? scopesIn(requirement) : [];
  switch (it.grants) {
    case 'everything':
      return all;
    case 'exactly':
      return needed;
    case 'allButOne':
      return all.filter((scope) => scope !== needed[0]);
    case 'onlyOthers':
      return all.filter((scope) => !needed.includes(scope));
    case 'lookalikes':
      return needed.flatMap((scope) => [`${scope}s`, scope.toUpperCase(), scope.slice(0, -1), `x${scope}`]);
    default:
      return [];
  }
}

export const isBehindGreedy = (it: Case): boolean => it.api !== 'websocket' && isGreedyName(calledIn(it).resource);

/** The opaque token that a Bearer case presents. */
export function opaqueToken({ tokenShape }: Pick<Case, 'tokenShape'>): string {
  switch (tokenShape) {
    case 'asp':
      return 'qWeRtYuIoPaSdFgH';
    case 'twoParts':
      return 'opaqueLeftPart0123.opaqueRightPart4567';
    case 'fourParts':
      return `${base64url({ alg: 'ES256', kid: 'ES256' })}.${base64url({ sub: SUBJECT })}.c2lnbmF0dXJl.extraPart`;
    case 'fiveParts':
      return `${base64url({ alg: 'RSA-OAEP', enc: 'A256GCM' })}.a2V5.aXZpdml2.Y2lwaGVydGV4dA.dGFn`;
    case 'fifteenLetters':
      return 'qWeRtYuIoPaSdFg';
    case 'padded':
      return 'b3BhcXVlLXRva2VuLXdpdGgtcGFk==';
    default:
      return 'opaque-Token_0123456789.~+/x';
  }
}

/** The secret that a Basic case presents. */
export function basicSecret({ secretShape }: Pick<Case, 'secretShape'>): string {
  switch (secretShape) {
    case 'asp':
      return 'zXcVbNmAsDfGhJkL';
    case 'withColon':
      return 'pass:word:with:colons';
    case 'unicode':
      return 'pässwörd-秘密-🔑';
    case 'fifteenLetters':
      return 'zXcVbNmAsDfGhJk';
    case 'seventeenLetters':
      return 'zXcVbNmAsDfGhJkLq';
    case 'jwtLike':
      return `${base64url({ alg: 'none' })}.${base64url({ sub: SUBJECT })}.c2ln`;
    default:
      return 'correct horse battery 9';
  }
}

/** The name that a Basic case gives. */
export function givenUsername({ usernameGiven }: Pick<Case, 'usernameGiven'>): string {
  switch (usernameGiven) {
    case 'otherAsciiCase':
      return 'kIM.oKAFOR@EXAMPLE.com';
    case 'other':
      return 'someone.else@example.com';
    case 'kelvin':
      // U+212A, which lower-cases to an ordinary "k".
      return '\u212Aim.Okafor@example.com';
    case 'sub':
      return SUBJECT;
    case 'subOtherCase':
      return SUBJECT.toUpperCase();
    case 'trailingSpace':
      return `${USERNAME} `;
    case 'email':
      return 'kim.okafor@example.com.evil.example';
    default:
      return USERNAME;
  }
}

export const looksLikeApplicationPassword = (text: string): boolean =>
  text.length === 16 && [...text].every((letter) => /[A-Za-z]/.test(letter));
