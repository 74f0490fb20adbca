/** Turns what was observed during a request into steps, in the order in which they ended. */

import type { TableEvent } from '../../src/shared-state/table-access.ts';
import type { Call, Step } from '../../web/inspector/protocol.ts';
import { checksOf, HEADER_CHECKS, ROUTE_CHECKS, SPAN_CHECKS } from './checks.ts';
import type { Decided } from './decided.ts';
import { RULES, reasonRule } from './rules.ts';
import type { HttpCall, Noted, Span, SpanName } from './trace.ts';

const HEADER_CODES = HEADER_CHECKS.flatMap(({ codes }) => codes);
const ROUTE_CODES = ROUTE_CHECKS.flatMap(({ codes }) => codes);
const GATEWAY_CACHE = {
  hit: 'It has the response to an earlier request with the same credential, method and route, and uses it',
  miss: 'It has nothing for this credential, method and route, so it asks the authorizer',
  off: 'It is off (gatewayTtlSeconds is 0), so it asks the authorizer',
  no_credential: 'There is no credential to look for, so the gateway refuses without asking the authorizer',
} as const;
const SPAN_TITLES: Readonly<Record<SpanName, string>> = {
  proof: 'The authorizer checks the proof',
  jwt: 'The authorizer verifies the JWT itself',
  introspection: 'The authorizer introspects the token',
  login: 'The authorizer logs the user in',
  outdated: 'The authorizer compares a cached result with the revocations',
  jwt_stands: 'The authorizer compares the JWT with the revocations',
  holder: 'The authorizer checks who holds the token',
};
const CALL_WORDS: Readonly<Record<string, string>> = {
  '/oauth/introspect': 'Is this token active?',
  '/oauth/token': "Is this the user's password?",
  '/.well-known/jwks.json': 'Which keys sign tokens?',
};

/** @param decided what the authorizer decided; `undefined` if it was not asked */
export function stepsOf(notes: readonly Noted[], decided: Decided | undefined): readonly Step[] {
  const calls = notes.flatMap((each) => (each.kind === 'http' ? [each] : []));
  return notes.flatMap((each) => stepsFor(each, { notes, decided, calls }));
}

interface Around {
  readonly notes: readonly Noted[];
  readonly decided: Decided | undefined;
  readonly calls: readonly (HttpNote & { readonly atMs: number })[];
}

type HttpNote = Extract<Noted, { kind: 'http' }>;

function stepsFor(each: Noted, around: Around): readonly Step[] {
  const { atMs } = each;
  switch (each.kind) {
    case 'route':
      return [routeStep(each)];
    case 'gateway_cache':
      return [...cacheStep(each, atMs), ...(isAsked(each.outcome) ? headerSteps(around, atMs) : [])];
    case 'cache_asked':
      return [processStep(around, atMs)];
    case 'span':
      return spanSteps(each, around);
    case 'event':
      return each.event.kind === 'table' ? [tableStep(each.event, atMs)] : [];
    case 'decision':
      return routeChecksStep(around, atMs);
    case 'policy':
      return [policyStep(each.isAllowed, atMs)];
    case 'backend':
      return [backendStep(each)];
    default:
      return [];
  }
}

function isAsked(outcome: string): boolean {
  return outcome === 'miss' || outcome === 'off';
}

function routeStep({ resourcePath, isPublic, atMs }: Extract<Noted, { kind: 'route' }>): Step {
  const open = isPublic ? ', which is public: no credential is read' : '';
  return {
    station: 'gateway',
    title: 'The gateway finds the route',
    result: resourcePath === undefined ? 'The API has no such route' : `${resourcePath}${open}`,
    state: resourcePath === undefined ? 'failed' : 'passed',
    atMs,
    rule: RULES.routes,
  };
}

function cacheStep({ outcome }: Extract<Noted, { kind: 'gateway_cache' }>, atMs: number): readonly Step[] {
  const state = outcome === 'no_credential' ? 'failed' : outcome === 'hit' ? 'passed' : 'info';
  const title = 'The gateway looks in its cache';
  return [{ station: 'gateway', title, result: GATEWAY_CACHE[outcome], state, atMs, rule: RULES.gatewayCache }];
}

/** The authorizer reads the header first. Its own record says what it saw. */
function headerSteps({ decided }: Around, atMs: number): readonly Step[] {
  if (!decided) return [];
  const { reason, message, kindWords } = decided;
  const isRefusedHere = HEADER_CODES.includes(reason) && !decided.wasProofChecked;
  return [
    {
      station: 'authorizer',
      title: 'The authorizer reads the credential',
      result: isRefusedHere ? message : kindWords,
      state: isRefusedHere ? 'failed' : 'passed',
      atMs,
      checks: checksOf(HEADER_CHECKS, isRefusedHere ? { code: reason, message } : undefined),
      rule: isRefusedHere ? reasonRule(reason) : RULES.credential,
    },
  ];
}

function processStep({ notes, decided }: Around, atMs: number): Step {
  const isLookedUp = notes.some(({ kind }) => kind === 'lookup');
  const asksShared = notes.some((each) => each.kind === 'event' && isCacheRead(each.event));
  const knows = !isLookedUp && !asksShared;
  const hit = decided?.isAccepted
    ? 'It has the principal of this credential, so nothing is checked again'
    : 'It has a refusal of this credential, which still counts';
  return {
    station: 'caches',
    title: 'The process looks in its own cache',
    result: knows ? hit : 'It has nothing that may be used',
    state: !knows ? 'info' : decided?.isAccepted ? 'passed' : 'failed',
    atMs,
    rule: RULES.caches,
  };
}

export function isCacheRead(event: { readonly kind: string }): boolean {
  return (
    event.kind === 'table' &&
    'table' in event &&
    event.table === 'cache' &&
    'operation' in event &&
    event.operation === 'read'
  );
}

const TABLE_TITLES: Readonly<Record<TableEvent['table'], Readonly<Record<TableEvent['operation'], string>>>> = {
  cache: {
    read: 'The process asks the cache that all containers share',
    write: 'The process tells the shared cache what it found out',
  },
  marks: { read: 'The process looks for revocations', write: 'The process writes a revocation' },
  proofs: { read: 'The process looks for the proof', write: 'The process records that the proof is used' },
};
const TABLE_RESULTS: Readonly<Record<string, string>> = {
  'cache hit': 'Another lookup has left a sealed entry',
  'cache miss': 'There is no entry',
  'cache written': 'The entry is sealed with a key that only the credential yields',
  'marks hit': 'There is a mark, and its time is compared',
  'marks miss': 'There is none',
  'proofs written': 'It was not used before',
  'proofs hit': 'It was used before',
};

function tableStep({ table, operation, outcome, durationMs }: TableEvent, atMs: number): Step {
  const result = TABLE_RESULTS[`${table} ${outcome}`];
  return {
    station: 'caches',
    title: TABLE_TITLES[table][operation],
    result: result ?? `It cannot be used: ${outcome}`,
    state: result === undefined ? 'failed' : outcome === 'hit' && table === 'cache' ? 'passed' : 'info',
    atMs,
    durationMs,
    rule: table === 'cache' ? RULES.sharedCache : table === 'marks' ? RULES.revocation : RULES.bound,
  };
}

/** Checks that did nothing are not shown: most credentials are neither bound nor revoked. */
function spanSteps(span: Span & { readonly atMs: number }, { calls }: Around): readonly Step[] {
  const { name, error, durationMs, atMs } = span;
  if (name === 'outdated') return span.value === true ? [outdatedStep(span)] : [];
  const startedAtMs = atMs - durationMs;
  const own = calls.filter((call) => call.atMs >= startedAtMs && call.atMs <= atMs);
  if (!error && (name === 'proof' || name === 'holder' || name === 'jwt_stands')) return [];
  return [
    {
      station: own.length > 0 ? 'tenant' : 'authorizer',
      title: SPAN_TITLES[name],
      result: error ? error.message : 'All checks passed',
      state: error ? 'failed' : 'passed',
      atMs,
      durationMs,
      checks: checksOf(SPAN_CHECKS[name], error),
      calls: own.map(({ call }) => callOf(call)),
      rule: error ? reasonRule(error.code) : name === 'jwt' ? RULES.credential : RULES.tenant,
    },
  ];
}

function outdatedStep({ atMs, durationMs }: Span & { readonly atMs: number }): Step {
  const result = 'The user was revoked since, so the credential is checked anew';
  const state = 'info';
  return { station: 'caches', title: SPAN_TITLES.outdated, result, state, atMs, durationMs, rule: RULES.revocation };
}

function callOf({ method, path, outcome, durationMs }: HttpCall): Call {
  const isGood = typeof outcome === 'number' && outcome < 400;
  const words = CALL_WORDS[path];
  const request = `${method} ${path}`;
  return {
    words: words === undefined ? request : `${request}: ${words}`,
    outcome: String(outcome),
    durationMs,
    isGood,
  };
}

/** After the credential was accepted. A refusal before that is in an earlier step. */
function routeChecksStep({ decided }: Around, atMs: number): readonly Step[] {
  if (!decided) return [];
  const { reason, message, outcome, requirementWords } = decided;
  const isRefusedHere = outcome === 'deny' || (ROUTE_CODES.includes(reason) && decided.isAccepted);
  if (outcome !== 'allow' && !isRefusedHere) return [];
  const error = isRefusedHere ? { code: reason, message } : undefined;
  return [
    {
      station: 'authorizer',
      title: 'The authorizer compares the principal with the route',
      result: requirementWords,
      state: isRefusedHere ? 'failed' : 'passed',
      atMs,
      checks: checksOf(ROUTE_CHECKS, error),
      rule: isRefusedHere ? reasonRule(reason) : RULES.routes,
    },
  ];
}

function policyStep(isAllowed: boolean, atMs: number): Step {
  return {
    station: 'gateway',
    title: "The gateway evaluates the authorizer's policy",
    result: isAllowed ? 'It allows this method and path' : 'It denies this method and path, so the caller gets 403',
    state: isAllowed ? 'passed' : 'failed',
    atMs,
    rule: RULES.responses,
  };
}

function backendStep({ status, durationMs, atMs }: Extract<Noted, { kind: 'backend' }>): Step {
  const result = status === undefined ? 'It failed' : `It responds with ${status}`;
  const state = status === undefined || status >= 500 ? 'failed' : 'passed';
  const title = 'The backend gets the request, with the principal';
  return { station: 'backend', title, result, state, atMs, durationMs, rule: RULES.backend };
}
