/** Turns what was observed during a request into steps, in the order in which they ended. */

import type { Step } from '../../web/inspector/protocol.ts';
import { checksOf, HEADER_CHECKS, ROUTE_CHECKS } from './checks.ts';
import type { Decided } from './decided.ts';
import { RULES, reasonRule } from './rules.ts';
import { spanSteps } from './span-steps.ts';
import { isCacheRead, tableStep } from './table-step.ts';
import type { Noted } from './trace.ts';

const HEADER_CODES = HEADER_CHECKS.flatMap(({ codes }) => codes);
const ROUTE_CODES = ROUTE_CHECKS.flatMap(({ codes }) => codes);
const GATEWAY_CACHE = {
  hit: 'It has the response to an earlier request with the same credential, method and route, and uses it',
  miss: 'It has nothing for this credential, method and route, so it asks the authorizer',
  off: 'It is off (gatewayTtlSeconds is 0), so it asks the authorizer',
  no_credential: 'There is no credential to look for, so the gateway refuses without asking the authorizer',
} as const;
/** @param decided what the authorizer decided; `undefined` if it was not asked */
export function stepsOf(notes: readonly Noted[], decided: Decided | undefined): readonly Step[] {
  const steps = notes.flatMap((each) => stepsFor(each, { notes, decided }));
  const isExplained = !decided || decided.outcome === 'allow' || steps.some((step) => explains(step, decided));
  return isExplained ? steps : [...steps, refusalStep(decided, notes.at(-1)?.atMs ?? 0)];
}

/** Whether a step shows the refusal itself. An earlier one may have failed for another reason: a password is not an active token. */
function explains({ state, station, rule }: Step, { reason }: Decided): boolean {
  return state === 'failed' && (station === 'caches' || rule?.href === reasonRule(reason).href);
}

/** For a refusal that none of the observed parts explains, such as that of an encrypted token. */
function refusalStep({ reason, message }: Decided, atMs: number): Step {
  return {
    station: 'authorizer',
    title: 'The authorizer refuses the credential',
    result: message,
    state: 'failed',
    atMs,
    rule: reasonRule(reason),
  };
}

interface Around {
  readonly notes: readonly Noted[];
  readonly decided: Decided | undefined;
}

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
      return spanSteps(each, around.notes);
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
  const isRefusedHere = HEADER_CODES.includes(reason) && !decided.isWellFormed;
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
