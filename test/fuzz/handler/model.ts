/**
 * The plain model of the handler fuzz: from the description of a case to the only right outcomes. It imports nothing of
 * the product and parses nothing: it knows what the case was made of.
 */
import { type Case, JWT_FLAWS, LOGINS, SPELLINGS, TROUBLES } from './case.ts';
import { USUAL_EXP } from './jwt.ts';
import type { Requirement } from './routes.ts';
import {
  basicSecret,
  calledIn,
  FIRST,
  givenUsername,
  grantedScopes,
  isBehindGreedy,
  issuersOf,
  knowledgeOf,
  looksLikeApplicationPassword,
  opaqueToken,
  originOf,
  requirementIn,
  START_SECONDS,
  SUBJECT,
  USERNAME,
} from './world.ts';

/** What the caller gets. `503` stands for every answer that says nobody could tell. */
export type Outcome = 'allow' | '403' | '401' | '503';

/** The context that goes to the backend. */
export type Context = Readonly<
  Record<'sub' | 'username' | 'scope' | 'token_type' | 'client_id' | 'org_id' | 'iss' | 'exp', string>
>;

export interface Expected {
  /** Usually one; more where the specification leaves the choice. */
  readonly outcomes: readonly Outcome[];
  /** For `allow` and `403`. */
  readonly context: Context | undefined;
  /** What a 403 must ask for. */
  readonly requiredScopes: readonly string[];
}

/** What is known about the caller: who it is, that the credential proves nothing, or nothing at all. */
type Verdict = Context | 'refused' | 'outage';

const has = (list: readonly string[], value: string): boolean => list.includes(value);
const isOut = (trouble: Case['token']): boolean => has(TROUBLES.lasting, trouble);

export function expectedOf(it: Case): Expected {
  const verdicts = [...identify(it), ...(isSlow(it) ? (['outage'] as const) : [])];
  const context = verdicts.find((verdict): verdict is Context => typeof verdict === 'object');
  const requirement = routeRequirement(it);
  const outcomes = verdicts.map((verdict): Outcome => {
    if (verdict === 'refused') return '401';
    if (verdict === 'outage') return '503';
    return requirement && isMet(requirement, context?.scope.split(' ') ?? []) ? 'allow' : '403';
  });
  return { outcomes: [...new Set(outcomes)], context, requiredScopes: requirement ? scopesIn(requirement) : [] };
}

/** What the call requires; `undefined` for what nobody may call. */
export function routeRequirement(it: Case): Requirement | undefined {
  if (it.api === 'websocket') return requirementIn(it);
  const isGreedy = isBehindGreedy(it);
  if (isGreedy && calledIn(it).segments.length > 0 && has(SPELLINGS.ambiguous, it.spelling)) return undefined;
  if (isGreedy && it.api === 'rest' && it.proxyParameter === 'wrong') return undefined;
  return requirementIn(it);
}

const scopesIn = (requirement: Requirement) => ('allOf' in requirement ? requirement.allOf : requirement.anyOf);

function isMet(requirement: Requirement, scopes: readonly string[]): boolean {
  return 'allOf' in requirement
    ? requirement.allOf.every((scope) => has(scopes, scope))
    : requirement.anyOf.some((scope) => has(scopes, scope));
}

/** Slow servers may use up the deadline: then nobody could tell. */
function isSlow(it: Case): boolean {
  return [it.jwks0, it.jwks1, it.introspect0, it.introspect1, it.token].some((trouble) => has(TROUBLES.slow, trouble));
}

function identify(it: Case): readonly Verdict[] {
  switch (it.credential) {
    case 'odd':
      return ['refused'];
    case 'jwt':
      return judgeJwt(it);
    case 'opaque':
      return [askInTurn(it, looksLikeApplicationPassword(opaqueToken(it)))];
    default:
      return judgeBasic(it);
  }
}

function judgeJwt(it: Case): readonly Verdict[] {
  const origin = originOf(it);
  const areKeysOut = origin === 0 ? areFirstKeysOut(it) : isOut(it.jwks1);
  if (has(JWT_FLAWS.withoutKey, it.jwtFlaw)) return areKeysOut ? ['refused', 'outage'] : ['refused'];
  if (areKeysOut) return ['outage'];
  if (it.jwtFlaw !== 'none') return ['refused'];
  return [it.introspectJwts ? confirmed(it, origin) : jwtContext(it, origin)];
}

/** Other callers' JWTs have had the keys fetched already, and keys are kept. */
const areFirstKeysOut = (it: Case): boolean => isOut(it.jwks0) && it.before !== 'junkJwts';

/** A good JWT, about which its issuer is asked as well. */
function confirmed(it: Case, origin: 0 | 1): Verdict {
  const said = introspect(it, origin);
  if (said === 'outage') return 'outage';
  return typeof said === 'object' ? jwtContext(it, origin) : 'refused';
}

/**
 * Issuers are asked in turn, until one knows the token as its own. One that cannot be asked ends that: the next must not
 * be the judge. What may be an app specific password is nobody's business but the first issuer's.
 */
function askInTurn(it: Case, isForFirstOnly: boolean): Verdict {
  const count = isForFirstOnly ? 1 : issuersOf(it).length;
  for (const index of [0, 1] as const) {
    if (index >= count) break;
    const said = introspect(it, index);
    if (said === 'flawed') return 'refused';
    if (said === 'outage' || typeof said === 'object') return said;
  }
  return 'refused';
}

/** What one issuer says of the presented token, judged. */
function introspect(it: Case, index: 0 | 1): Context | 'inactive' | 'elsewhere' | 'flawed' | 'outage' {
  const issuer = issuersOf(it)[index] ?? FIRST;
  if (cannotIntrospect(it, index)) return 'outage';
  switch (knowledgeOf(it, index)) {
    case 'active':
    case 'audArray':
      return introspectedContext(it, issuer.issuer);
    case 'issMissing':
      return issuer.isRfc7662 ? introspectedContext(it, issuer.issuer) : 'flawed';
    case 'inactive':
      return 'inactive';
    case 'issWrong':
      return 'elsewhere';
    case 'activeText':
    case 'activeNumber':
    case 'activeMissing':
      return 'outage';
    default:
      return 'flawed';
  }
}

function cannotIntrospect(it: Case, index: 0 | 1): boolean {
  const needsAssertion = !issuersOf(it)[index]?.hasSecret;
  const hasNoKey = it.keys === 'unreadable' || it.keys === 'invalid' || it.keys === 'refused';
  return isOut(index === 0 ? it.introspect0 : it.introspect1) || (needsAssertion && hasNoKey);
}

function judgeBasic(it: Case): readonly Verdict[] {
  if (!it.hasGrant || (it.order === 'auto' && looksLikeApplicationPassword(basicSecret(it))))
    return [judgeApplicationPassword(it)];
  if (it.order === 'introspect-first') {
    return introspect(it, 0) === 'inactive' ? logIn(it).verdicts : [judgeApplicationPassword(it)];
  }
  const { verdicts, next } = logIn(it);
  if (next === 'final') return verdicts;
  const asp = judgeApplicationPassword(it);
  if (next === 'mayBeApplicationPassword') return [asp];
  // Refused for another reason than a wrong password: the same calls are made, but nothing may allow.
  const afterwards: Verdict = asp === 'outage' ? 'outage' : 'refused';
  return next === 'unclear' ? ['refused', 'outage'] : [afterwards];
}

/** The secret as an app specific password of the user named. */
function judgeApplicationPassword(it: Case): Verdict {
  const said = introspect(it, 0);
  if (said === 'outage') return 'outage';
  return typeof said === 'object' && it.tokenType === 'asp' && isTheirs(it) ? said : 'refused';
}

function isTheirs(it: Case): boolean {
  const given = givenUsername(it);
  if (it.applicationPasswordUsername === 'absent') return given === SUBJECT;
  return isSameButForAsciiCase(given, USERNAME);
}

function isSameButForAsciiCase(one: string, other: string): boolean {
  return one.length === other.length && [...one].every((letter, place) => fold(letter) === fold(other[place] ?? ''));
}

const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const fold = (letter: string): string => (UPPER.includes(letter) ? letter.toLowerCase() : letter);

interface LoginVerdict {
  readonly verdicts: readonly Verdict[];
  readonly next: 'final' | 'mayBeApplicationPassword' | 'refused' | 'unclear';
}

function logIn(it: Case): LoginVerdict {
  if (it.grantClient !== 'readable' || isOut(it.token)) return { verdicts: ['outage'], next: 'final' };
  if (it.login === 'right') return { verdicts: judgeLoginToken(it), next: 'final' };
  if (it.login === 'wrong') return { verdicts: ['refused'], next: 'mayBeApplicationPassword' };
  if (has(LOGINS.refused, it.login)) return { verdicts: ['refused'], next: 'refused' };
  if (has(LOGINS.unclear, it.login)) return { verdicts: ['refused', 'outage'], next: 'unclear' };
  return { verdicts: ['outage'], next: 'final' };
}

function judgeLoginToken(it: Case): readonly Verdict[] {
  switch (it.loginToken) {
    case 'jwt':
      return [areFirstKeysOut(it) || (it.introspectJwts && cannotIntrospect(it, 0)) ? 'outage' : loginContext(it)];
    case 'opaque':
      return [
        cannotIntrospect(it, 0) ? 'outage' : { ...loginContext(it), client_id: '', scope: grantedScopes(it).join(' ') },
      ];
    case 'opaqueInactive':
    case 'jwtOtherAudience':
    case 'jwtForged':
      return ['refused', 'outage'];
    default:
      return ['outage'];
  }
}

function jwtContext(it: Case, origin: 0 | 1): Context {
  return {
    sub: SUBJECT,
    username: '',
    scope: scopesOfJwt(it),
    token_type: 'access_token',
    client_id: it.jwtStyle === 'clientIdInsteadOfAzp' ? 'client-2' : 'client-1',
    org_id: it.jwtStyle === 'organization' ? 'org_1234' : '',
    iss: issuersOf(it)[origin]?.issuer ?? '',
    exp: String(it.jwtStyle === 'expJustOver' ? START_SECONDS - 2 : USUAL_EXP),
  };
}

function scopesOfJwt(it: Case): string {
  const isGranted = it.grantedAs !== 'permissions' || it.permissionsAsScopes;
  return isGranted ? grantedScopes(it).join(' ') : '';
}

function introspectedContext(it: Case, iss: string): Context {
  return {
    sub: SUBJECT,
    username: it.applicationPasswordUsername === 'present' ? USERNAME : '',
    scope: grantedScopes(it).join(' '),
    token_type: it.tokenType === 'asp' ? 'application_specific_password_token' : 'access_token',
    client_id: it.credential === 'basic' ? '' : 'client-3',
    org_id: '',
    iss,
    exp: it.hasExp ? String(USUAL_EXP) : '',
  };
}

function loginContext(it: Case): Context {
  return {
    sub: SUBJECT,
    username: givenUsername(it),
    scope: scopesOfJwt(it),
    token_type: 'access_token',
    client_id: 'client-1',
    org_id: '',
    iss: FIRST.issuer,
    exp: String(USUAL_EXP),
  };
}
