/**
 * Compares the handler's behaviour in one case with the model's expectation, and checks what must hold in every case.
 */
import { inspect } from 'node:util';
import { documentedReasons } from '../documented-reasons.ts';
import { earlyRefusals, isDpop, isUrlUnclear } from './binding-model.ts';
import { type Case, JWT_FLAWS, LOGINS, TROUBLES } from './case.ts';
import { REST_METHOD_ARN, WEB_SOCKET_ARN } from './event.ts';
import { type Expected, expectedOf, type Outcome } from './model.ts';
import { type EndpointName, LOGIN_OPAQUE_TOKEN, parameters, type RecordedCall, type StandIn } from './stand-in.ts';
import {
  acceptedAudiences,
  basicSecret,
  CALLER_IP,
  calledIn,
  GRANT_CLIENT,
  givenUsername,
  ISSUER_CLIENT,
  looksLikeApplicationPassword,
  originOf,
  SUBJECT,
  USERNAME,
} from './world.ts';

/** Everything that can be observed of one decision. */
export interface Observed {
  readonly result: unknown;
  /** What the handler threw, or `undefined`. */
  readonly thrown: unknown;
  readonly lines: readonly string[];
  readonly elapsedMs: number;
  readonly standIn: StandIn;
  readonly secret: string;
  /** The proofs that the caller sent. */
  readonly proofs: readonly string[];
}

const DEADLINE_MS = 5000;
const CONTEXT_KEYS = ['sub', 'username', 'scope', 'token_type', 'client_id', 'org_id', 'iss', 'exp'];
const UNAVAILABLE_REASONS = documentedReasons('503');
const ALL_REASONS = new Set([
  'allowed',
  ...documentedReasons('401'),
  ...documentedReasons('403'),
  ...UNAVAILABLE_REASONS,
]);

/** Returns everything that is wrong; empty if the case is correct. */
export function faultsOf(testCase: Case, observed: Observed): readonly string[] {
  const expected = expectedOf(testCase);
  const outcome = outcomeOf(testCase, observed);
  return [
    ...(expected.outcomes.some((one) => one === outcome)
      ? []
      : [`the outcome is ${outcome}, expected ${expected.outcomes.join(' or ')}`]),
    ...observed.standIn.faults,
    ...shapeFaults(testCase, observed, outcome, expected),
    ...leaks(testCase, observed),
    ...lineFaults(testCase, observed, outcome),
    ...callFaults(testCase, observed),
    ...(observed.elapsedMs > DEADLINE_MS ? [`it took ${observed.elapsedMs} ms`] : []),
  ];
}

type Seen = Outcome | `an unknown kind of response: ${string}`;

function outcomeOf(testCase: Case, { result, thrown }: Observed): Seen {
  if (thrown !== undefined) return thrownOutcome(thrown);
  if (!isRecord(result)) return unknownKind(result);
  const allowed = testCase.api === 'http' ? result.isAuthorized : effectOf(result);
  if (allowed === true || allowed === 'Allow') return 'allow';
  return allowed === false || allowed === 'Deny' ? '403' : unknownKind(result);
}

function thrownOutcome(thrown: unknown): Seen {
  if (!(thrown instanceof Error)) return unknownKind(thrown);
  if (thrown.message === 'Unauthorized') return '401';
  return UNAVAILABLE_REASONS.has(thrown.message) ? '503' : unknownKind(thrown);
}

const unknownKind = (value: unknown): Seen => `an unknown kind of response: ${inspect(value)}`;

function effectOf(result: Readonly<Record<string, unknown>>): unknown {
  const { policyDocument } = result;
  const statements = isRecord(policyDocument) ? policyDocument.Statement : undefined;
  const [statement, ...others]: readonly unknown[] = Array.isArray(statements) ? statements : [];
  return isRecord(statement) && others.length === 0 ? statement.Effect : undefined;
}

function shapeFaults(testCase: Case, { result }: Observed, outcome: Seen, expected: Expected): readonly string[] {
  if (outcome !== 'allow' && outcome !== '403') return [];
  if (!isRecord(result) || !isRecord(result.context)) return ['the response has no context'];
  const { context } = result;
  const faults = CONTEXT_KEYS.filter((key) => typeof context[key] !== 'string').map(
    (key) => `the context has no "${key}"`,
  );
  const wanted = [...CONTEXT_KEYS, ...Object.keys(expected.context ?? {})];
  const others = Object.entries(context).filter(([key]) => !wanted.includes(key));
  if (others.some(([key, value]) => key !== 'www_authenticate' || typeof value !== 'string'))
    faults.push('the context has unexpected members');
  for (const [key, value] of Object.entries(expected.context ?? {})) {
    if (context[key] !== value) faults.push(`context.${key} is ${inspect(context[key])}, expected ${inspect(value)}`);
  }
  if (testCase.api !== 'http') faults.push(...policyFaults(testCase, result, outcome));
  if (testCase.api === 'rest' && outcome === '403')
    faults.push(...challengeFaults(String(context.www_authenticate), expected, testCase));
  return faults;
}

function policyFaults(testCase: Case, result: Readonly<Record<string, unknown>>, outcome: Seen): readonly string[] {
  const Resource = testCase.api === 'rest' ? REST_METHOD_ARN(calledIn(testCase).method) : WEB_SOCKET_ARN;
  const Effect = outcome === 'allow' ? 'Allow' : 'Deny';
  const wanted = { Version: '2012-10-17', Statement: [{ Action: 'execute-api:Invoke', Effect, Resource }] };
  return [
    ...(sorted(result.policyDocument) === sorted(wanted)
      ? []
      : [`the policy is ${inspect(result.policyDocument, { depth: 4 })}`]),
    ...(result.principalId === SUBJECT ? [] : [`the principal is ${inspect(result.principalId)}`]),
  ];
}

const sorted = (value: unknown): string =>
  JSON.stringify(value, (_, member: unknown) =>
    isRecord(member) && !Array.isArray(member) ? Object.fromEntries(Object.entries(member).sort()) : member,
  );

function challengeFaults(challenge: string, { requiredScopes }: Expected, { dpop }: Case): readonly string[] {
  const scopes = requiredScopes.length === 0 ? '' : `, scope="${requiredScopes.join(' ')}"`;
  const scheme = dpop === 'required' ? 'DPoP' : 'Bearer';
  const wanted = `${scheme} realm="https://demo.api", error="insufficient_scope"${scopes}`;
  return challenge === wanted ? [] : [`the challenge is ${challenge}, expected ${wanted}`];
}

const MINIMUM_SECRET_LENGTH = 8;

/** Finds secrets in the response, the error or the log, where none may appear. */
function leaks(testCase: Case, { result, thrown, lines, secret, proofs, standIn }: Observed): readonly string[] {
  const output = [JSON.stringify(result) ?? '', thrown === undefined ? '' : textOf(thrown), ...lines].join('\n');
  const secrets = [
    secret,
    ...secret.split('.').filter((part) => part.length > 20),
    LOGIN_OPAQUE_TOKEN,
    'mfa-token',
    GRANT_CLIENT.clientSecret,
    ISSUER_CLIENT.clientSecret,
    Buffer.from(`${givenUsername(testCase)}:${secret}`).toString('base64'),
    'PRIVATE KEY',
    ...proofs.flatMap((proof) => [proof, ...proof.split('.').filter((part) => part.length > 20)]),
    ...standIn.assertions,
    ...(testCase.credential === 'basic' && testCase.login === 'right' ? [standIn.loginToken()] : []),
  ];
  return secrets
    .filter(
      (one) =>
        one.length >= MINIMUM_SECRET_LENGTH &&
        (output.includes(one) || output.includes(JSON.stringify(one).slice(1, -1))),
    )
    .map((one) => `the output contains a secret: ${one.slice(0, 24)}`);
}

function textOf(thrown: unknown): string {
  const isPlain = thrown instanceof Error && thrown.cause === undefined && Object.keys(thrown).length === 0;
  return isPlain ? thrown.message : inspect(thrown, { depth: 6 });
}

const LOGGED: Readonly<Record<Outcome, string>> = {
  allow: 'allow',
  '403': 'deny',
  '401': 'unauthenticated',
  '503': 'unavailable',
};

function lineFaults(testCase: Case, { lines }: Observed, outcome: Seen): readonly string[] {
  const [line = 'null', ...others] = lines;
  const record: unknown = JSON.parse(line);
  if (others.length > 0 || !isRecord(record)) return [`${lines.length} lines in the log, expected one`];
  const faults: string[] = [];
  const wanted = Object.entries(LOGGED).find(([key]) => key === outcome)?.[1];
  if (record.outcome !== wanted) faults.push(`the log says ${inspect(record.outcome)}, but the outcome is ${outcome}`);
  faults.push(...reasonFaults(testCase, String(record.reason)));
  if (!testCase.logSubject && line.includes(SUBJECT)) faults.push('the log names the subject, although it must not');
  if (testCase.logSubject && (outcome === 'allow' || outcome === '403') && record.sub !== SUBJECT)
    faults.push('the log does not name the subject');
  if (
    testCase.usernameGiven !== 'sub' &&
    (line.includes(USERNAME) || line.includes(JSON.stringify(givenUsername(testCase))))
  )
    faults.push('the log names the user');
  if (record.issuerCalls !== undefined && typeof record.issuerCalls !== 'number')
    faults.push('the log has no count of calls');
  return faults;
}

function callFaults(testCase: Case, { standIn, secret }: Observed): readonly string[] {
  const { calls } = standIn;
  const cannotSucceed = testCase.credential !== 'odd' && earlyRefusals(testCase).length > 0;
  return [
    ...(cannotSucceed && calls.length > 0 ? ['a request that cannot succeed caused a call'] : []),
    ...(isEncrypted(testCase) && calls.length > 0 ? ['an encrypted token caused a call'] : []),
    ...(testCase.credential === 'odd' && calls.length > 0 ? ['a header that proves nothing caused a call'] : []),
    ...countFaults(testCase, standIn),
    ...calls.flatMap((call) => placeFaults(testCase, call, secret)),
    ...sequenceFaults(testCase, standIn),
  ];
}

const isEncrypted = ({ credential, tokenShape }: Case): boolean =>
  credential === 'opaque' && tokenShape === 'encrypted';

function reasonFaults(testCase: Case, reason: string): readonly string[] {
  const expected = expectedReasons(testCase);
  if (expected && !expected.includes(reason)) return [`the reason is ${reason}, expected ${expected.join(' or ')}`];
  return ALL_REASONS.has(reason) ? [] : [`the reason ${reason} is not documented`];
}

/** The reasons that the log may give; `undefined` if the model does not say. */
function expectedReasons(testCase: Case): readonly string[] | undefined {
  const early = testCase.credential === 'odd' ? [] : earlyRefusals(testCase);
  if (early.length > 0) return early;
  if (isDpop(testCase) && isUrlUnclear(testCase)) return undefined;
  if (isEncrypted(testCase)) return ['token_encrypted'];
  const isSymmetric = testCase.credential === 'jwt' && testCase.jwtFlaw.startsWith('hs256');
  return isSymmetric ? ['algorithm_symmetric'] : undefined;
}

/** Checks how often each endpoint was called in one decision. */
function countFaults(testCase: Case, standIn: StandIn): readonly string[] {
  return (['jwks0', 'jwks1', 'introspect0', 'introspect1', 'token'] as const).flatMap((endpoint) => {
    const count = standIn.count(endpoint);
    const most = mostCalls(testCase, endpoint);
    return count > most ? [`${endpoint} was called ${count} times, at most ${most} expected`] : [];
  });
}

const RETRIED: readonly string[] = [
  ...TROUBLES.passing,
  'connection',
  'status502',
  'status503',
  'status504',
  'status429',
];

const LOGINS_TRIED_AGAIN: readonly string[] = ['invalidClient', 'accessDenied401', 'rateLimited'];

function mostCalls(testCase: Case, endpoint: EndpointName): number {
  const trouble = testCase[endpoint];
  const attempts = RETRIED.includes(trouble) ? 2 : 1;
  if (endpoint.startsWith('jwks')) return attempts;
  // If the client is refused, its credentials may be read again and tried once more.
  if (endpoint === 'token') return attempts + (LOGINS_TRIED_AGAIN.includes(testCase.login) ? 1 : 0);
  const isLoginToken =
    testCase.credential === 'basic' && (testCase.introspectJwts || testCase.loginToken.startsWith('opaque')) ? 2 : 1;
  const otherKey = testCase.keys === 'rotated' || testCase.keys === 'refused' ? 1 : 0;
  const otherEncoding = testCase.encoding === 'both' ? 0 : 1;
  // The secret and the token from a login are introspected separately.
  // In the name of each audience, which may have another key.
  const names = acceptedAudiences(testCase).length;
  return (attempts + otherKey + otherEncoding) * isLoginToken * names + (isLoginToken > 1 ? otherKey : 0);
}

/** Checks to which endpoints secrets go, and what is sent with them. */
function placeFaults(testCase: Case, { endpoint, request }: RecordedCall, secret: string): readonly string[] {
  const { body = '', headers, url } = request;
  const urlAndHeaders = `${url}\n${inspect(headers)}`;
  const isSent = body !== '' && Object.values(parameters(request)).includes(secret);
  const mayGetIt = testCase.credential === 'basic' ? ['token', 'introspect0'] : ['introspect0', 'introspect1'];
  return [
    ...(urlAndHeaders.includes(secret) || urlAndHeaders.includes(encodeURIComponent(secret))
      ? [`the secret is in the URL or headers to ${endpoint}`]
      : []),
    ...(isSent && !mayGetIt.includes(endpoint) ? [`the secret went to ${endpoint}`] : []),
    ...(isSent && endpoint === 'introspect1' && isForFirstOnly(testCase, secret)
      ? ['a possible app specific password went to the second issuer']
      : []),
    ...(endpoint !== 'token' && body.includes(GRANT_CLIENT.clientSecret)
      ? [`the grant’s client secret went to ${endpoint}`]
      : []),
    ...(endpoint === 'token' && headers['auth0-forwarded-for'] !== CALLER_IP
      ? ['a login without the caller’s address, or with another address']
      : []),
    ...(endpoint.startsWith('jwks') && (request.method !== 'GET' || body !== '')
      ? ['the request for the keys is not a plain GET']
      : []),
  ];
}

const isForFirstOnly = (testCase: Case, secret: string): boolean =>
  testCase.credential === 'opaque' && looksLikeApplicationPassword(secret);

function sequenceFaults(testCase: Case, standIn: StandIn): readonly string[] {
  const faults: string[] = [];
  const introspections = standIn.count('introspect0') + standIn.count('introspect1');
  const isBadJwt = testCase.credential === 'jwt' && testCase.jwtFlaw !== 'none';
  if (isBadJwt && introspections > 0) faults.push('a JWT was introspected after a failed check');
  if (testCase.credential === 'jwt' && !testCase.introspectJwts && introspections > 0)
    faults.push('a JWT was introspected');
  if (
    testCase.credential === 'jwt' &&
    standIn.count(originOf(testCase) === 0 ? 'jwks1' : 'jwks0') > 0 &&
    !mayFetchOtherKeys(testCase)
  )
    faults.push('the keys of the other issuer were fetched');
  if (testCase.credential !== 'basic' && standIn.count('token') > 0) faults.push('a Bearer token caused a login');
  if (testCase.credential === 'opaque' && standIn.count('jwks0') + standIn.count('jwks1') > 0)
    faults.push('an opaque token caused a fetch of keys');
  return testCase.credential === 'basic' ? [...faults, ...basicFaults(testCase, standIn)] : faults;
}

/** The first issuer's verifier refuses a token that names an unknown issuer. */
const mayFetchOtherKeys = (testCase: Case): boolean =>
  ['issWithoutSlash', 'issOther', 'issMissing', 'issArray'].includes(testCase.jwtFlaw) ||
  JWT_FLAWS.withoutKey.some((flaw) => flaw === testCase.jwtFlaw);

function basicFaults(testCase: Case, standIn: StandIn): readonly string[] {
  const logins = standIn.count('token');
  const introspections = standIn.count('introspect0');
  if (!testCase.hasGrant && logins > 0) return ['a login without a client for logins'];
  if (testCase.order === 'auto' && looksLikeApplicationPassword(basicSecret(testCase)) && logins > 0)
    return ['an app specific password caused a failed login'];
  const isRefusedLogin =
    testCase.order !== 'introspect-first' &&
    logins > 0 &&
    [...LOGINS.refused, ...LOGINS.wrong].some((login) => login === testCase.login);
  const isTokenEndpointUp =
    !TROUBLES.lasting.some((trouble) => trouble === testCase.token) &&
    !TROUBLES.slow.some((trouble) => trouble === testCase.token);
  const canIntrospect = testCase.keys !== 'unreadable' && testCase.keys !== 'invalid';
  return isRefusedLogin && isTokenEndpointUp && canIntrospect && introspections === 0
    ? ['no introspection followed, so the calls show why the login was refused']
    : [];
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;
