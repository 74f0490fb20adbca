/** The constants of the handler fuzz: who exists, with which names, and the time. */
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

/** The start of each case in epoch milliseconds: noon on a Thursday. */
export const START_MS = Date.UTC(2026, 0, 15, 12);
export const START_SECONDS = START_MS / 1000;
/** An expiry in our own table that is ahead. */
export const OWN_EXPIRY = START_SECONDS + 1800;

export const AUDIENCE = 'https://demo.api';
/** Where callers see the API if a CDN stands in front of it. */
export const PUBLIC_URL = 'https://api.example.com/base';
/** The other identifiers of the API, in a case that accepts several. */
export const OTHER_AUDIENCES = ['https://second-name.api', 'https://third-name.api'];
export const CALLER_IP = '198.51.100.7';
export const SUBJECT = 'auth0|5f7c8ec7c33c6c004bbafe82';
export const USERNAME = 'Kim.Okafor@example.com';
export const GRANT_CLIENT = { clientId: 'grant-client-id', clientSecret: 'grant-client-secret-Zq81' };
export const ISSUER_CLIENT = { clientId: 'issuer-client-id', clientSecret: 'issuer client+secret/Yx72' };
export const ISSUER_CLIENT_SECRET_NAME = 'second-issuer-client';

/** One authorization server, as the configuration describes it and as the stand-in plays it. */
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

/** Which issuer made the token. It can be the second one only if there are two. */
export const originOf = (testCase: Case): 0 | 1 => (testCase.issuers === 'one' ? 0 : testCase.from);

/** The identifiers of the API that are accepted. */
export const acceptedAudiences = ({ audiences }: Pick<Case, 'audiences'>): readonly string[] =>
  audiences === 'several' ? [AUDIENCE, ...OTHER_AUDIENCES] : [AUDIENCE];

/** What the presented token or secret is for. */
export function audiencesOfToken({ tokenAudience }: Pick<Case, 'tokenAudience'>): readonly string[] {
  const [second = ''] = OTHER_AUDIENCES;
  switch (tokenAudience) {
    case 'second':
      return [second];
    case 'both':
      return [AUDIENCE, second];
    case 'secondAndForeign':
      return ['https://other.api', second];
    default:
      return [AUDIENCE];
  }
}

/** The audience that every route requires; `undefined` if any accepted one will do. */
export function audienceOfRoutes({ audiences, routeAudience }: Case): string | undefined {
  if (routeAudience === 'first') return AUDIENCE;
  return routeAudience === 'second' && audiences === 'several' ? OTHER_AUDIENCES[0] : undefined;
}

/** One audience is usually written as text. */
export const oneOrMore = (list: readonly string[]): unknown => (list.length === 1 ? list[0] : list);

export function calledIn(testCase: Case): Call {
  const found = CALLS[testCase.call];
  if (!found) throw new RangeError(`There is no call ${testCase.call}.`);
  return found;
}

/** What issuer 0 or 1 responds for the presented token. Only its own issuer knows a JWT. */
export function knowledgeOf(testCase: Case, index: 0 | 1): Case['knows0'] {
  if (testCase.credential === 'jwt' && originOf(testCase) !== index) return 'inactive';
  return index === 0 ? testCase.knows0 : testCase.knows1;
}

/** What the call of a case requires if its path is unambiguous. */
export function requirementIn(testCase: Case): Requirement | undefined {
  const called = calledIn(testCase);
  return testCase.api === 'websocket' ? connectRequirement(called.map) : requirementOf(called);
}

/** The scopes of the caller. */
export function grantedScopes(testCase: Case): readonly string[] {
  const all = scopesOfMap(calledIn(testCase).map);
  const requirement = requirementIn(testCase);
  const needed = requirement ? scopesIn(requirement) : [];
  switch (testCase.grants) {
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

export const isBehindGreedy = (testCase: Case): boolean =>
  testCase.api !== 'websocket' && isGreedyName(calledIn(testCase).resource);

/** The opaque token that a Bearer case sends. */
export function opaqueToken({ tokenShape }: Pick<Case, 'tokenShape'>): string {
  switch (tokenShape) {
    case 'asp':
      return 'qWeRtYuIoPaSdFgH';
    case 'twoParts':
      return 'opaqueLeftPart0123.opaqueRightPart4567';
    case 'fourParts':
      return `${base64url({ alg: 'ES256', kid: 'ES256' })}.${base64url({ sub: SUBJECT })}.c2lnbmF0dXJl.extraPart`;
    case 'fivePartsWithoutEncryption':
      return `${base64url({ alg: 'ES256' })}.a2V5.aXZpdml2.Y2lwaGVydGV4dA.dGFn`;
    case 'encrypted':
      return `${base64url({ alg: 'RSA-OAEP', enc: 'A256GCM' })}.a2V5.aXZpdml2.Y2lwaGVydGV4dA.dGFn`;
    case 'fifteenLetters':
      return 'qWeRtYuIoPaSdFg';
    case 'padded':
      return 'b3BhcXVlLXRva2VuLXdpdGgtcGFk==';
    default:
      return 'opaque-Token_0123456789.~+/x';
  }
}

/** The secret that a Basic case sends. */
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

/** The user name that a Basic case sends. */
export function givenUsername({ usernameGiven }: Pick<Case, 'usernameGiven'>): string {
  switch (usernameGiven) {
    case 'otherAsciiCase':
      return 'kIM.oKAFOR@EXAMPLE.com';
    case 'other':
      return 'someone.else@example.com';
    case 'kelvin':
      // U+212A (Kelvin sign), whose lower-case form is an ordinary "k".
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
