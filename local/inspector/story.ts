/** Tells what happened to a request: the stations on its way, the steps, the decision, and the response. */

import { CREDENTIAL_REASONS } from '../../src/cli/reason-words.ts';
import { CREDENTIAL_ERROR_CODES } from '../../src/core/errors.ts';
import type { RouteMap } from '../../src/core/routes.ts';
import type { SentResponse, Station, Story, Verdict } from '../../web/inspector/protocol.ts';
import { type Decided, decidedIn, requirementWordsOf } from './decided.ts';
import { RULES, reasonRule } from './rules.ts';
import { stepsOf } from './steps.ts';
import { isCacheRead } from './table-step.ts';
import type { Noted } from './trace.ts';

export interface Traced {
  readonly notes: readonly Noted[];
  readonly request: { readonly method: string; readonly path: string };
  readonly response: SentResponse;
  readonly durationMs: number;
}

/** @param routes what each route requires */
export function storyOf({ notes, request, response, durationMs }: Traced, routes: RouteMap): Story {
  const route = notes.find((each) => each.kind === 'route');
  const called = { ...request, resourcePath: route?.resourcePath ?? '' };
  const decided = decidedIn(notes, requirementWordsOf(routes, called));
  return {
    request,
    verdict: verdictOf(notes, decided, response),
    stations: stationsOf(notes, decided),
    steps: stepsOf(notes, decided),
    ...resultOf(notes),
    response,
    durationMs,
  };
}

function verdictOf(notes: readonly Noted[], decided: Decided | undefined, { status }: SentResponse): Verdict {
  const route = notes.find((each) => each.kind === 'route');
  const cache = notes.find((each) => each.kind === 'gateway_cache');
  if (!route) return beforeRoutes(status);
  if (route.resourcePath === undefined)
    return { outcome: 'refused', reason: undefined, words: 'The API has no such route.', rule: RULES.routes };
  if (route.isPublic)
    return {
      outcome: 'public',
      reason: undefined,
      words: 'The route is public. No credential was read.',
      rule: RULES.routes,
    };
  if (cache?.outcome === 'no_credential')
    return {
      outcome: 'refused',
      reason: 'credential_missing',
      words: wordsOf('credential_missing', ''),
      rule: reasonRule('credential_missing'),
    };
  if (!decided) return fromGatewayCache(notes, status);
  const { outcome, reason, message } = decided;
  if (outcome === 'allow')
    return {
      outcome: 'allowed',
      reason,
      words: 'The credential is valid, and may call this route.',
      rule: RULES.credential,
    };
  return {
    outcome: outcome === 'unavailable' ? 'unavailable' : 'refused',
    reason,
    words: wordsOf(reason, message),
    rule: reasonRule(reason),
  };
}

/** Such as a preflight, or headers that are too large. */
function beforeRoutes(status: number): Verdict {
  const words = `The gateway itself responds with ${status}, before it looks for a route.`;
  return { outcome: status < 400 ? 'public' : 'refused', reason: undefined, words, rule: RULES.responses };
}

function fromGatewayCache(notes: readonly Noted[], status: number): Verdict {
  const policy = notes.find((each) => each.kind === 'policy');
  if (!policy)
    return {
      outcome: 'unavailable',
      reason: undefined,
      words: `The gateway responds with ${status}.`,
      rule: RULES.responses,
    };
  const words = 'The gateway still has the response to an earlier request, so it did not ask the authorizer.';
  return { outcome: policy.isAllowed ? 'allowed' : 'refused', reason: undefined, words, rule: RULES.gatewayCache };
}

function wordsOf(reason: string, message: string): string {
  if (reason === 'scope_missing') return 'The credential is valid, but lacks a scope that the route requires.';
  if (reason === 'route_unknown') return 'The credential is valid, but the configuration does not know the route.';
  // This code has several causes.
  if (reason === 'credential_malformed') return message;
  const code = CREDENTIAL_ERROR_CODES.find((known) => known === reason);
  if (code) return sentence(CREDENTIAL_REASONS[code]);
  return `The credential could not be checked. ${message}`;
}

function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}

function stationsOf(notes: readonly Noted[], decided: Decided | undefined): readonly Station[] {
  return [gatewayOf(notes), authorizerOf(decided), cachesOf(notes, decided), tenantOf(notes), backendOf(notes)];
}

function gatewayOf(notes: readonly Noted[]): Station {
  const route = notes.find((each) => each.kind === 'route');
  const cache = notes.find((each) => each.kind === 'gateway_cache')?.outcome;
  const station = { name: 'gateway', title: 'API Gateway' } as const;
  if (!route) return { ...station, result: 'answered by itself', state: 'stopped' };
  if (route.resourcePath === undefined) return { ...station, result: 'no such route', state: 'stopped' };
  if (route.isPublic) return { ...station, result: 'public route', state: 'passed' };
  if (cache === 'no_credential') return { ...station, result: 'no credential', state: 'stopped' };
  if (cache === 'hit') return { ...station, result: 'cache hit', state: 'cached' };
  return { ...station, result: cache === 'off' ? 'cache off' : 'cache miss', state: 'passed' };
}

function authorizerOf(decided: Decided | undefined): Station {
  const station = { name: 'authorizer', title: 'Authorizer' } as const;
  if (!decided) return { ...station, result: 'not asked', state: 'idle' };
  return { ...station, result: decided.reason, state: decided.outcome === 'allow' ? 'passed' : 'stopped' };
}

function cachesOf(notes: readonly Noted[], decided: Decided | undefined): Station {
  const station = { name: 'caches', title: 'Caches' } as const;
  if (!notes.some(({ kind }) => kind === 'cache_asked')) return { ...station, result: 'not asked', state: 'idle' };
  if (notes.some(({ kind }) => kind === 'lookup')) return { ...station, result: 'miss', state: 'passed' };
  const isShared = notes.some((each) => each.kind === 'event' && isCacheRead(each.event));
  const place = isShared ? 'shared' : 'process';
  return decided?.isAccepted
    ? { ...station, result: `${place} hit`, state: 'cached' }
    : { ...station, result: `${place}: refused`, state: 'cached' };
}

function tenantOf(notes: readonly Noted[]): Station {
  const station = { name: 'tenant', title: 'Tenant' } as const;
  const calls = notes.filter((each) => each.kind === 'http');
  if (calls.length === 0) return { ...station, result: 'not asked', state: 'idle' };
  const durationMs = calls.reduce((sum, { call }) => sum + call.durationMs, 0);
  const isGood = calls.some(({ call }) => typeof call.outcome === 'number' && call.outcome < 429);
  const count = calls.length === 1 ? '1 call' : `${calls.length} calls`;
  return { ...station, result: `${count}, ${Math.round(durationMs)} ms`, state: isGood ? 'passed' : 'stopped' };
}

function backendOf(notes: readonly Noted[]): Station {
  const station = { name: 'backend', title: 'Backend' } as const;
  const reached = notes.find((each) => each.kind === 'backend');
  if (!reached) return { ...station, result: 'not reached', state: 'idle' };
  const { status } = reached;
  return {
    ...station,
    result: status === undefined ? 'failed' : String(status),
    state: status === undefined || status >= 500 ? 'stopped' : 'passed',
  };
}

function resultOf(notes: readonly Noted[]): Pick<Story, 'policy' | 'context'> {
  const result = notes.find((each) => each.kind === 'authorizer_result')?.result;
  if (result === undefined || typeof result === 'string') return { policy: undefined, context: undefined };
  const { context, ...others } = result;
  const texts = Object.entries(context ?? {}).map(([name, value]) => [name, String(value)]);
  return { policy: JSON.stringify(others, null, 2), context: Object.fromEntries(texts) };
}
