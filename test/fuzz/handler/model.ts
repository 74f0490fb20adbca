/**
 * The plain model of the handler fuzz: it derives the correct outcomes from the description of a case. It imports
 * nothing from the product and parses nothing, since it knows what the case was made of.
 */
import {
  type Binding,
  bindingOf,
  earlyRefusals,
  holderVerdict,
  isDpop,
  isUnusable,
  isUrlUnclear,
  mutualTlsOf,
} from './binding-model.ts';
import { type Case, JWT_FLAWS, LOGINS, SPELLINGS, TROUBLES } from './case.ts';
import { USUAL_EXP } from './jwt.ts';
import { mayCall, ORGANIZATION, receivedActor, receivedClaims } from './received.ts';
import type { Requirement } from './routes.ts';
import {
  AUDIENCE,
  acceptedAudiences,
  audienceOfRoutes,
  audiencesOfToken,
  basicSecret,
  calledIn,
  FIRST,
  givenUsername,
  grantedScopes,
  isBehindGreedy,
  issuersOf,
  knowledgeOf,
  looksLikeApplicationPassword,
  OWN_EXPIRY,
  opaqueToken,
  originOf,
  requirementIn,
  START_SECONDS,
  SUBJECT,
  USERNAME,
} from './world.ts';

/** What the caller gets. `503` stands for every response that says that the credential could not be checked. */
export type Outcome = 'allow' | '403' | '401' | '503';

/** The context that the backend gets. */
export type Context = Readonly<
  Record<'sub' | 'username' | 'scope' | 'token_type' | 'client_id' | 'org_id' | 'iss' | 'exp', string> &
    Record<string, string>
>;

export interface Expected {
  /** Usually one; several where the specification leaves a choice. */
  readonly outcomes: readonly Outcome[];
  /** For `allow` and `403`. */
  readonly context: Context | undefined;
  /** The scopes that a 403 must name. */
  readonly requiredScopes: readonly string[];
}

/** Who the token belongs to, and what it is bound to. */
interface Known {
  readonly context: Context;
  readonly binding: Binding;
  /** The accepted audiences that the token is for. */
  readonly audiences: readonly string[];
}

/** The result of the identification: who it is, a refusal, or an outage. */
type Verdict = Known | 'refused' | 'outage';

const has = (list: readonly string[], value: string): boolean => list.includes(value);
const isOut = (trouble: Case['token']): boolean => has(TROUBLES.lasting, trouble);

export function expectedOf(testCase: Case): Expected {
  const verdicts = [...decided(testCase), ...(isSlow(testCase) ? (['outage'] as const) : [])];
  const context = verdicts.find((verdict): verdict is Known => typeof verdict === 'object')?.context;
  const requirement = routeRequirement(testCase);
  const outcomes = verdicts.map((verdict): Outcome => {
    if (verdict === 'refused') return '401';
    if (verdict === 'outage') return '503';
    return requirement && isSatisfied(requirement, context?.scope.split(' ') ?? []) ? 'allow' : '403';
  });
  return { outcomes: [...new Set(outcomes)], context, requiredScopes: requirement ? scopesIn(requirement) : [] };
}

/** Whether the caller belongs to no organization that may call. */
const isOutsider = (testCase: Case, verdict: Verdict): boolean =>
  typeof verdict === 'object' && !mayCall(testCase, verdict.context.org_id);

/** What the call requires; `undefined` if nobody may make it. */
export function routeRequirement(testCase: Case): Requirement | undefined {
  if (testCase.api === 'websocket') return requirementIn(testCase);
  const isGreedy = isBehindGreedy(testCase);
  if (isGreedy && calledIn(testCase).segments.length > 0 && has(SPELLINGS.ambiguous, testCase.spelling))
    return undefined;
  if (isGreedy && testCase.api === 'rest' && testCase.proxyParameter === 'wrong') return undefined;
  return requirementIn(testCase);
}

const scopesIn = (requirement: Requirement) => ('allOf' in requirement ? requirement.allOf : requirement.anyOf);

function isSatisfied(requirement: Requirement, scopes: readonly string[]): boolean {
  return 'allOf' in requirement
    ? requirement.allOf.every((scope) => has(scopes, scope))
    : requirement.anyOf.some((scope) => has(scopes, scope));
}

/** Slow servers may use up the deadline. Then the credential cannot be checked. */
function isSlow(testCase: Case): boolean {
  return [testCase.jwks0, testCase.jwks1, testCase.introspect0, testCase.introspect1, testCase.token].some((trouble) =>
    has(TROUBLES.slow, trouble),
  );
}

/** Who the caller is, if the credential may be used in this way and by this caller. */
function decided(testCase: Case): readonly Verdict[] {
  if (testCase.credential === 'odd' || earlyRefusals(testCase).length > 0) return ['refused'];
  const verdicts = identify(testCase).map((verdict) => {
    if (isOutsider(testCase, verdict)) return 'refused';
    if (typeof verdict !== 'object') return verdict;
    const held = holderVerdict(testCase, verdict.binding);
    if (held !== 'holder') return held;
    return isForRoute(testCase, verdict) ? verdict : 'refused';
  });
  return isDpop(testCase) && isUrlUnclear(testCase) ? [...verdicts, 'refused'] : verdicts;
}

/** For a route that requires another audience, it is a token for another API. A route that does not exist requires none. */
function isForRoute(testCase: Case, { audiences }: Known): boolean {
  const required = routeRequirement(testCase) ? audienceOfRoutes(testCase) : undefined;
  return required === undefined || audiences.includes(required);
}

const namedIn = (testCase: Case): readonly string[] =>
  audiencesOfToken(testCase).filter((audience) => has(acceptedAudiences(testCase), audience));

const SOMEBODY_ELSES: Binding = { key: 'other', certificate: 'none' };
const FREE: Binding = { key: 'none', certificate: 'none' };

function identify(testCase: Case): readonly Verdict[] {
  switch (testCase.credential) {
    case 'odd':
      return ['refused'];
    case 'jwt':
      return jwtVerdicts(testCase);
    case 'opaque':
      if (testCase.tokenShape === 'encrypted') return ['refused'];
      return [introspectInTurn(testCase, looksLikeApplicationPassword(opaqueToken(testCase)))];
    default:
      return basicVerdicts(testCase);
  }
}

function jwtVerdicts(testCase: Case): readonly Verdict[] {
  const origin = originOf(testCase);
  const areKeysOut = origin === 0 ? areFirstKeysOut(testCase) : isOut(testCase.jwks1);
  if (has(JWT_FLAWS.withoutKey, testCase.jwtFlaw) || isUnusable(testCase) || namedIn(testCase).length === 0)
    return areKeysOut ? ['refused', 'outage'] : ['refused'];
  if (areKeysOut) return ['outage'];
  if (testCase.jwtFlaw !== 'none') return ['refused'];
  return [testCase.introspectJwts ? confirmed(testCase, origin) : verified(testCase, origin)];
}

/** JWTs of earlier callers have caused a fetch of the keys already, and the keys are cached. */
const areFirstKeysOut = (testCase: Case): boolean =>
  isOut(testCase.jwks0) && !(testCase.before === 'junkJwts' && mayBearersCall(testCase));

/** Whether a request with a plain Bearer token can cause a call. */
const mayBearersCall = (testCase: Case): boolean =>
  testCase.dpop !== 'required' && !(mutualTlsOf(testCase) === 'required' && testCase.certificate === 'none');

const verified = (testCase: Case, origin: 0 | 1): Known => ({
  context: jwtContext(testCase, origin),
  binding: bindingOf(testCase),
  audiences: namedIn(testCase),
});

/** A valid JWT that is introspected as well. */
function confirmed(testCase: Case, origin: 0 | 1): Verdict {
  const response = introspect(testCase, origin);
  if (response === 'outage') return 'outage';
  if (typeof response !== 'object') return 'refused';
  const known = verified(testCase, origin);
  // The server may know of a binding that the token does not show, but not of a different one.
  const key = eitherOf(known.binding.key, response.binding.key);
  const certificate = eitherOf(known.binding.certificate, response.binding.certificate);
  return key && certificate ? { ...known, binding: { key, certificate } } : 'refused';
}

/** What is bound at all; `undefined` if the two differ. */
function eitherOf(one: Binding['key'], other: Binding['key']): Binding['key'] | undefined {
  if (one === 'none' || other === 'none' || one === other) return one === 'none' ? other : one;
  return undefined;
}

/**
 * Introspects at one issuer after the other, until one of them accepts the token as its own. If an issuer cannot be
 * reached, the search ends: the next issuer must not decide. What looks like an app specific password goes to the first
 * issuer only.
 */
function introspectInTurn(testCase: Case, isForFirstOnly: boolean): Verdict {
  const count = isForFirstOnly ? 1 : issuersOf(testCase).length;
  for (const index of [0, 1] as const) {
    if (index >= count) break;
    const response = introspect(testCase, index);
    if (response === 'flawed') return 'refused';
    if (response === 'outage' || typeof response === 'object') return response;
  }
  return 'refused';
}

/** One issuer's response for the presented token, classified, after our own expiry of app specific passwords. */
function introspect(testCase: Case, index: 0 | 1): Known | 'inactive' | 'elsewhere' | 'flawed' | 'outage' {
  const response = introspectAtIssuer(testCase, index);
  const { expiry, tokenType } = testCase;
  // What looks like one is refused even during an outage.
  if (response === 'outage') return expiry === 'past' && isLikePassword(testCase) ? 'flawed' : 'outage';
  if (typeof response !== 'object' || tokenType !== 'asp') return response;
  if (expiry === 'past') return 'flawed';
  if (expiry === 'down') return 'outage';
  return expiry === 'ahead'
    ? {
        ...response,
        context: { ...response.context, exp: String(Math.min(OWN_EXPIRY, testCase.hasExp ? USUAL_EXP : OWN_EXPIRY)) },
      }
    : response;
}

function isLikePassword(testCase: Case): boolean {
  if (testCase.credential === 'jwt') return false;
  return looksLikeApplicationPassword(testCase.credential === 'basic' ? basicSecret(testCase) : opaqueToken(testCase));
}

/** The same without our own expiry. */
function introspectAtIssuer(testCase: Case, index: 0 | 1): Known | 'inactive' | 'elsewhere' | 'flawed' | 'outage' {
  const issuer = issuersOf(testCase)[index] ?? FIRST;
  if (cannotIntrospect(testCase, index)) return 'outage';
  // A server that knows us by an audience does not tell about tokens for others.
  if (namedIn(testCase).length === 0) return issuer.hasSecret ? unnamed(testCase, index) : 'inactive';
  switch (knowledgeOf(testCase, index)) {
    case 'active':
    case 'audArray':
      return described(testCase, issuer.issuer);
    case 'issMissing':
      return issuer.isRfc7662 ? described(testCase, issuer.issuer) : 'flawed';
    case 'cnf':
      // Nobody can prove anything with Basic.
      if (testCase.credential === 'basic') return 'flawed';
      return {
        context: introspectedContext(testCase, issuer.issuer),
        binding: SOMEBODY_ELSES,
        audiences: namedIn(testCase),
      };
    case 'inactive':
      return 'inactive';
    case 'audWrong':
    case 'audMissing':
      // The search goes on in the name of the other audiences, and no token is for the last of them.
      return testCase.audiences === 'several' && !issuer.hasSecret ? 'inactive' : 'flawed';
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

/** What another server says about a token that is not for us. */
function unnamed(testCase: Case, index: 0 | 1): 'inactive' | 'elsewhere' | 'flawed' | 'outage' {
  const knowledge = knowledgeOf(testCase, index);
  if (knowledge === 'inactive') return 'inactive';
  if (knowledge === 'issWrong') return 'elsewhere';
  return knowledge.startsWith('active') && knowledge !== 'active' ? 'outage' : 'flawed';
}

/** An active token. Only the response for an opaque one names the binding; that of a type for DPoP must. */
function described(testCase: Case, issuer: string): Known | 'flawed' {
  const isOpaque = testCase.credential === 'opaque';
  const binding = isOpaque ? bindingOf(testCase) : FREE;
  if (isOpaque && isUnusable(testCase)) return 'flawed';
  if (testCase.tokenType === 'DPoP' && binding.key === 'none') return 'flawed';
  return { context: introspectedContext(testCase, issuer), binding, audiences: namedIn(testCase) };
}

function cannotIntrospect(testCase: Case, index: 0 | 1): boolean {
  const needsAssertion = !issuersOf(testCase)[index]?.hasSecret;
  const hasNoKey = testCase.keys === 'unreadable' || testCase.keys === 'invalid' || testCase.keys === 'refused';
  return isOut(index === 0 ? testCase.introspect0 : testCase.introspect1) || (needsAssertion && hasNoKey);
}

function basicVerdicts(testCase: Case): readonly Verdict[] {
  if (!testCase.hasGrant || (testCase.order === 'auto' && looksLikeApplicationPassword(basicSecret(testCase))))
    return [applicationPasswordVerdict(testCase)];
  if (testCase.order === 'introspect-first') {
    return introspect(testCase, 0) === 'inactive' ? logIn(testCase).verdicts : [applicationPasswordVerdict(testCase)];
  }
  const { verdicts, next } = logIn(testCase);
  if (next === 'final') return verdicts;
  const asp = applicationPasswordVerdict(testCase);
  if (next === 'mayBeApplicationPassword') return [asp];
  // Refused, but not because of a wrong password: the same calls follow, but none of them may allow the request.
  const afterwards: Verdict = asp === 'outage' ? 'outage' : 'refused';
  return next === 'unclear' ? ['refused', 'outage'] : [afterwards];
}

/** The verdict on the secret as an app specific password of the given user. */
function applicationPasswordVerdict(testCase: Case): Verdict {
  const response = introspect(testCase, 0);
  if (response === 'outage') return 'outage';
  return typeof response === 'object' && testCase.tokenType === 'asp' && isTheirs(testCase) ? response : 'refused';
}

function isTheirs(testCase: Case): boolean {
  const given = givenUsername(testCase);
  if (testCase.applicationPasswordUsername === 'absent') return given === SUBJECT;
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

function logIn(testCase: Case): LoginVerdict {
  if (testCase.grantClient !== 'readable' || isOut(testCase.token)) return { verdicts: ['outage'], next: 'final' };
  if (testCase.login === 'right') {
    const verdicts = loginTokenVerdicts(testCase);
    // The calls must not show that the password was right.
    const isRefused = verdicts.some((verdict) => isOutsider(testCase, verdict));
    return isRefused ? { verdicts: ['refused'], next: 'refused' } : { verdicts, next: 'final' };
  }
  if (testCase.login === 'wrong') return { verdicts: ['refused'], next: 'mayBeApplicationPassword' };
  if (has(LOGINS.refused, testCase.login)) return { verdicts: ['refused'], next: 'refused' };
  if (has(LOGINS.unclear, testCase.login)) return { verdicts: ['refused', 'outage'], next: 'unclear' };
  return { verdicts: ['outage'], next: 'final' };
}

function loginTokenVerdicts(testCase: Case): readonly Verdict[] {
  switch (testCase.loginToken) {
    case 'jwt':
      return [
        areFirstKeysOut(testCase) || (testCase.introspectJwts && cannotIntrospect(testCase, 0))
          ? 'outage'
          : { context: loginContext(testCase), binding: FREE, audiences: [AUDIENCE] },
      ];
    case 'opaque':
      return [
        cannotIntrospect(testCase, 0)
          ? 'outage'
          : {
              context: { ...loginContext(testCase), client_id: '', scope: grantedScopes(testCase).join(' ') },
              binding: FREE,
              audiences: [AUDIENCE],
            },
      ];
    case 'opaqueInactive':
    case 'jwtOtherAudience':
    case 'jwtForged':
    case 'jwtBound':
    case 'opaqueBound':
      return ['refused', 'outage'];
    default:
      return ['outage'];
  }
}

function jwtContext(testCase: Case, origin: 0 | 1): Context {
  return {
    sub: SUBJECT,
    username: '',
    scope: scopesOfJwt(testCase),
    token_type: 'access_token',
    client_id: testCase.jwtStyle === 'clientIdInsteadOfAzp' ? 'client-2' : 'client-1',
    org_id: testCase.jwtStyle === 'organization' ? ORGANIZATION : '',
    iss: issuersOf(testCase)[origin]?.issuer ?? '',
    exp: String(testCase.jwtStyle === 'expJustOver' ? START_SECONDS - 2 : USUAL_EXP),
    ...receivedActor(testCase.jwtStyle === 'actor'),
    ...receivedClaims(testCase, testCase.jwtStyle === 'extraClaims'),
  };
}

function scopesOfJwt(testCase: Case): string {
  const isGranted = testCase.grantedAs !== 'permissions' || testCase.permissionsAsScopes;
  return isGranted ? grantedScopes(testCase).join(' ') : '';
}

function introspectedContext(testCase: Case, iss: string): Context {
  return {
    sub: SUBJECT,
    username: testCase.applicationPasswordUsername === 'present' ? USERNAME : '',
    scope: grantedScopes(testCase).join(' '),
    token_type: testCase.tokenType === 'asp' ? 'application_specific_password_token' : 'access_token',
    client_id: testCase.credential === 'basic' ? '' : 'client-3',
    org_id: '',
    iss,
    exp: testCase.hasExp ? String(USUAL_EXP) : '',
    ...receivedClaims(testCase, true),
  };
}

function loginContext(testCase: Case): Context {
  return {
    sub: SUBJECT,
    username: givenUsername(testCase),
    scope: scopesOfJwt(testCase),
    token_type: 'access_token',
    client_id: 'client-1',
    org_id: '',
    iss: FIRST.issuer,
    exp: String(USUAL_EXP),
    ...receivedClaims(testCase, false),
  };
}
