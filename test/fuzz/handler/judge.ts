/** Compares what the handler did in one case with what the model expects, and checks what must hold in every case. */
import { inspect } from 'node:util';
import { documentedReasons } from '../documented-reasons.ts';
import { type Case, JWT_FLAWS, LOGINS, TROUBLES } from './case.ts';
import { REST_METHOD_ARN, WEB_SOCKET_ARN } from './event.ts';
import { type Expected, expectedOf, type Outcome } from './model.ts';
import { type EndpointName, LOGIN_OPAQUE_TOKEN, parameters, type RecordedCall, type StandIn } from './stand-in.ts';
import {
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

/** Everything that can be seen of one decision. */
export interface Observed {
  readonly result: unknown;
  /** What was thrown, if anything was. */
  readonly thrown: unknown;
  readonly lines: readonly string[];
  readonly elapsedMs: number;
  readonly standIn: StandIn;
  readonly secret: string;
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

/** Everything that is wrong; empty if the case went right. */
export function faultsOf(it: Case, observed: Observed): readonly string[] {
  const expected = expectedOf(it);
  const outcome = outcomeOf(it, observed);
  return [
    ...(expected.outcomes.some((one) => one === outcome)
      ? []
      : [`the outcome is ${outcome}, expected ${expected.outcomes.join(' or ')}`]),
    ...observed.standIn.faults,
    ...shapeFaults(it, observed, outcome, expected),
    ...leaks(it, observed),
    ...lineFaults(it, observed, outcome),
    ...callFaults(it, observed),
    ...(observed.elapsedMs > DEADLINE_MS ? [`it took ${observed.elapsedMs} ms`] : []),
  ];
}

type Seen = Outcome | `a response of no known kind: ${string}`;

function outcomeOf(it: Case, { result, thrown }: Observed): Seen {
  if (thrown !== undefined) return thrownOutcome(thrown);
  if (!isRecord(result)) return unknownKind(result);
  const allowed = it.api === 'http' ? result.isAuthorized : effectOf(result);
  if (allowed === true || allowed === 'Allow') return 'allow';
  return allowed === false || allowed === 'Deny' ? '403' : unknownKind(result);
}

function thrownOutcome(thrown: unknown): Seen {
  if (!(thrown instanceof Error)) return unknownKind(thrown);
  if (thrown.message === 'Unauthorized') return '401';
  return UNAVAILABLE_REASONS.has(thrown.message) ? '503' : unknownKind(thrown);
}

const unknownKind = (value: unknown): Seen => `a response of no known kind: ${inspect(value)}`;

function effectOf(result: Readonly<Record<string, unknown>>): unknown {
  const { policyDocument } = result;
  const statements = isRecord(policyDocument) ? policyDocument.Statement : undefined;
  const [statement, ...others]: readonly unknown[] = Array.isArray(statements) ? statements : [];
  return isRecord(statement) && others.length === 0 ? statement.Effect : undefined;
}

function shapeFaults(it: Case, { result }: Observed, outcome: Seen, expected: Expected): readonly string[] {
  if (outcome !== 'allow' && outcome !== '403') return [];
  if (!isRecord(result) || !isRecord(result.context)) return ['the response has no context'];
  const { context } = result;
  const faults = CONTEXT_KEYS.filter((key) => typeof context[key] !== 'string').map(
    (key) => `the context has no "${key}"`,
  );
  const others = Object.entries(context).filter(([key]) => !CONTEXT_KEYS.includes(key));
  if (others.some(([key, value]) => key !== 'www_authenticate' || typeof value !== 'string'))
    faults.push('the context has more than it should');
  for (const [key, value] of Object.entries(expected.context ?? {})) {
    if (context[key] !== value) faults.push(`context.${key} is ${inspect(context[key])}, expected ${inspect(value)}`);
  }
  if (it.api !== 'http') faults.push(...policyFaults(it, result, outcome));
  if (it.api === 'rest' && outcome === '403')
    faults.push(...challengeFaults(String(context.www_authenticate), expected));
  return faults;
}

function policyFaults(it: Case, result: Readonly<Record<string, unknown>>, outcome: Seen): readonly string[] {
  const Resource = it.api === 'rest' ? REST_METHOD_ARN(calledIn(it).method) : WEB_SOCKET_ARN;
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

function challengeFaults(challenge: string, { requiredScopes }: Expected): readonly string[] {
  const scopes = requiredScopes.length === 0 ? '' : `, scope="${requiredScopes.join(' ')}"`;
  const wanted = `Bearer realm="https://demo.api", error="insufficient_scope"${scopes}`;
  return challenge === wanted ? [] : [`the challenge is ${challenge}, expected ${wanted}`];
}

const MINIMUM_SECRET_LENGTH = 8;

/** Whatever must not come out again: in the response, the error or the log. */
function leaks(it: Case, { result, thrown, lines, secret, standIn }: Observed): readonly string[] {
  const output = [JSON.stringify(result) ?? '', thrown === undefined ? '' : textOf(thrown), ...lines].join('\n');
  const secrets = [
    secret,
    ...secret.split('.').filter((part) => part.length > 20),
    LOGIN_OPAQUE_TOKEN,
    'mfa-token',
    GRANT_CLIENT.clientSecret,
    ISSUER_CLIENT.clientSecret,
    Buffer.from(`${givenUsername(it)}:${secret}`).toString('base64'),
    'PRIVATE KEY',
    ...standIn.assertions,
    ...(it.credential === 'basic' && it.login === 'right' ? [standIn.loginToken()] : []),
  ];
  return secrets
    .filter(
      (one) =>
        one.length >= MINIMUM_SECRET_LENGTH &&
        (output.includes(one) || output.includes(JSON.stringify(one).slice(1, -1))),
    )
    .map((one) => `a secret came out: ${one.slice(0, 24)}`);
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

function lineFaults(it: Case, { lines }: Observed, outcome: Seen): readonly string[] {
  const [line = 'null', ...others] = lines;
  const record: unknown = JSON.parse(line);
  if (others.length > 0 || !isRecord(record)) return [`${lines.length} lines in the log, expected one`];
  const faults: string[] = [];
  const wanted = Object.entries(LOGGED).find(([key]) => key === outcome)?.[1];
  if (record.outcome !== wanted) faults.push(`the log says ${inspect(record.outcome)} of ${outcome}`);
  if (!ALL_REASONS.has(String(record.reason))) faults.push(`the reason ${inspect(record.reason)} is not documented`);
  if (!it.logSubject && line.includes(SUBJECT)) faults.push('the log names the subject, which it must not');
  if (it.logSubject && (outcome === 'allow' || outcome === '403') && record.sub !== SUBJECT)
    faults.push('the log does not name the subject');
  if (it.usernameGiven !== 'sub' && (line.includes(USERNAME) || line.includes(JSON.stringify(givenUsername(it)))))
    faults.push('the log names the user');
  if (record.issuerCalls !== undefined && typeof record.issuerCalls !== 'number')
    faults.push('the log has no count of calls');
  return faults;
}

function callFaults(it: Case, { standIn, secret }: Observed): readonly string[] {
  const { calls } = standIn;
  return [
    ...(it.credential === 'odd' && calls.length > 0 ? ['a header that proves nothing caused a call'] : []),
    ...countFaults(it, standIn),
    ...calls.flatMap((call) => placeFaults(it, call, secret)),
    ...sequenceFaults(it, standIn),
  ];
}

/** How often each endpoint may be called in one decision. */
function countFaults(it: Case, standIn: StandIn): readonly string[] {
  return (['jwks0', 'jwks1', 'introspect0', 'introspect1', 'token'] as const).flatMap((endpoint) => {
    const count = standIn.count(endpoint);
    const most = mostCalls(it, endpoint);
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

const ASKED_AGAIN: readonly string[] = ['invalidClient', 'accessDenied401', 'rateLimited'];

function mostCalls(it: Case, endpoint: EndpointName): number {
  const trouble = it[endpoint];
  const attempts = RETRIED.includes(trouble) ? 2 : 1;
  if (endpoint.startsWith('jwks')) return attempts;
  // A client that was refused may be read anew and tried once more.
  if (endpoint === 'token') return attempts + (ASKED_AGAIN.includes(it.login) ? 1 : 0);
  const isLoginToken = it.credential === 'basic' && (it.introspectJwts || it.loginToken.startsWith('opaque')) ? 2 : 1;
  const otherKey = it.keys === 'rotated' || it.keys === 'refused' ? 1 : 0;
  const otherEncoding = it.encoding === 'both' ? 0 : 1;
  // The secret and the token that a login yields are two questions.
  return (attempts + otherKey + otherEncoding) * isLoginToken + (isLoginToken > 1 ? otherKey : 0);
}

/** Where secrets may go, and what goes along. */
function placeFaults(it: Case, { endpoint, request }: RecordedCall, secret: string): readonly string[] {
  const { body = '', headers, url } = request;
  const inTheOpen = `${url}\n${inspect(headers)}`;
  const isSent = body !== '' && Object.values(parameters(request)).includes(secret);
  const mayGetIt = it.credential === 'basic' ? ['token', 'introspect0'] : ['introspect0', 'introspect1'];
  return [
    ...(inTheOpen.includes(secret) || inTheOpen.includes(encodeURIComponent(secret))
      ? [`the secret is in the URL or headers to ${endpoint}`]
      : []),
    ...(isSent && !mayGetIt.includes(endpoint) ? [`the secret went to ${endpoint}`] : []),
    ...(isSent && endpoint === 'introspect1' && isForFirstOnly(it, secret)
      ? ['what may be an app specific password went to the second issuer']
      : []),
    ...(endpoint !== 'token' && body.includes(GRANT_CLIENT.clientSecret)
      ? [`the grant’s client secret went to ${endpoint}`]
      : []),
    ...(endpoint === 'token' && headers['auth0-forwarded-for'] !== CALLER_IP
      ? ['a login without the caller’s address, or in the name of another']
      : []),
    ...(endpoint.startsWith('jwks') && (request.method !== 'GET' || body !== '')
      ? ['the keys were not asked for by a plain GET']
      : []),
  ];
}

const isForFirstOnly = (it: Case, secret: string): boolean =>
  it.credential === 'opaque' && looksLikeApplicationPassword(secret);

function sequenceFaults(it: Case, standIn: StandIn): readonly string[] {
  const faults: string[] = [];
  const introspections = standIn.count('introspect0') + standIn.count('introspect1');
  const isBadJwt = it.credential === 'jwt' && it.jwtFlaw !== 'none';
  if (isBadJwt && introspections > 0) faults.push('a JWT was introspected after a failed check');
  if (it.credential === 'jwt' && !it.introspectJwts && introspections > 0) faults.push('a JWT was introspected');
  if (it.credential === 'jwt' && standIn.count(originOf(it) === 0 ? 'jwks1' : 'jwks0') > 0 && !mayAskOther(it))
    faults.push('the keys of the other issuer were fetched');
  if (it.credential !== 'basic' && standIn.count('token') > 0) faults.push('a Bearer token caused a login');
  if (it.credential === 'opaque' && standIn.count('jwks0') + standIn.count('jwks1') > 0)
    faults.push('an opaque token caused a fetch of keys');
  return it.credential === 'basic' ? [...faults, ...basicFaults(it, standIn)] : faults;
}

/** A token that names an unknown issuer is refused by the first. */
const mayAskOther = (it: Case): boolean =>
  ['issWithoutSlash', 'issOther', 'issMissing', 'issArray'].includes(it.jwtFlaw) ||
  JWT_FLAWS.withoutKey.some((flaw) => flaw === it.jwtFlaw);

function basicFaults(it: Case, standIn: StandIn): readonly string[] {
  const logins = standIn.count('token');
  const introspections = standIn.count('introspect0');
  if (!it.hasGrant && logins > 0) return ['a login without a client for it'];
  if (it.order === 'auto' && looksLikeApplicationPassword(basicSecret(it)) && logins > 0)
    return ['an app specific password cost a failed login'];
  const isRefusedLogin =
    it.order !== 'introspect-first' &&
    logins > 0 &&
    [...LOGINS.refused, ...LOGINS.wrong].some((login) => login === it.login);
  const isTokenCalm =
    !TROUBLES.lasting.some((trouble) => trouble === it.token) && !TROUBLES.slow.some((trouble) => trouble === it.token);
  const canIntrospect = it.keys !== 'unreadable' && it.keys !== 'invalid';
  return isRefusedLogin && isTokenCalm && canIntrospect && introspections === 0
    ? ['the way in which the login was refused can be told by the calls: no introspection followed']
    : [];
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;
