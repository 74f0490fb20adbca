/**
 * Collects what happens while a request of the inspector is handled. Each part of local mode notes what it does; the notes belong to the
 * request in whose context they are made. Without such a request, a note costs nothing and goes nowhere.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';
import type { AuthorizerResult } from '../../lambda/authorizer/api-kinds.ts';
import type { DecisionEvent } from '../../src/authorizer/authorizer.ts';
import type { JsonObject } from '../../src/core/json.ts';

/** A piece of the authorizer's work that is observed from outside. */
export type SpanName = 'proof' | 'jwt' | 'introspection' | 'login' | 'basic' | 'outdated' | 'jwt_stands' | 'holder';

export type Observation =
  /** The gateway has looked for a route. */
  | { readonly kind: 'route'; readonly resourcePath: string | undefined; readonly isPublic: boolean }
  /** The gateway's cache of the authorizer's responses. `no_credential`: the gateway refuses without a call. */
  | { readonly kind: 'gateway_cache'; readonly outcome: 'hit' | 'miss' | 'off' | 'no_credential' }
  /** What the authorizer returned, now or before. */
  | { readonly kind: 'authorizer_result'; readonly result: AuthorizerResult | 'unauthorized' | 'failure' }
  | { readonly kind: 'policy'; readonly isAllowed: boolean }
  /** The credential is well-formed, and the authorizer looks in its caches. */
  | { readonly kind: 'cache_asked' }
  /** No cache had the credential, so it is checked. */
  | { readonly kind: 'lookup' }
  /** The credential was accepted, now or before. */
  | { readonly kind: 'resolved'; readonly isHit: boolean }
  | Span
  | { readonly kind: 'http'; readonly call: HttpCall }
  | { readonly kind: 'event'; readonly event: DecisionEvent }
  /** The line of the authorizer's log, without the metrics. */
  | { readonly kind: 'decision'; readonly record: JsonObject }
  | { readonly kind: 'backend'; readonly durationMs: number; readonly status: number | undefined };

/** `value` is what a method found out, if that is a boolean. */
export interface Span {
  readonly kind: 'span';
  readonly name: SpanName;
  readonly durationMs: number;
  readonly error?: SpanError;
  readonly value?: boolean;
}

export interface SpanError {
  readonly code: string;
  readonly message: string;
}

/** A request to the tenant. Neither its headers nor its body: they hold credentials. */
export interface HttpCall {
  readonly method: string;
  readonly path: string;
  readonly durationMs: number;
  /** The status, or why there was no response. */
  readonly outcome: number | string;
}

export type Noted = Observation & {
  /** Milliseconds since the request was sent. */
  readonly atMs: number;
};

export class Trace {
  /** Names the request in its header `traceparent`. */
  readonly id = randomBytes(16).toString('hex');
  readonly notes: Noted[] = [];
  readonly #startedAtMs = performance.now();

  get elapsedMs(): number {
    return performance.now() - this.#startedAtMs;
  }

  add(observation: Observation): void {
    this.notes.push({ ...observation, atMs: this.elapsedMs });
  }
}

const storage = new AsyncLocalStorage<Trace>();

/** Adds to the trace of the request that is being handled, if it has one. */
export function note(observation: Observation): void {
  storage.getStore()?.add(observation);
}

export function isTraced(): boolean {
  return storage.getStore() !== undefined;
}

/** Runs work whose notes belong to a trace. */
export function inTrace<Result>(trace: Trace | undefined, work: () => Result): Result {
  return trace ? storage.run(trace, work) : work();
}
