/**
 * Computes how a client grant has to change to cover some scopes, and how to restore it afterwards. Pure. Scopes are added to
 * those that are there, and only ours are ever removed.
 */
import type { ClientGrant } from '../../management/client-grants.ts';

export type GrantChange =
  | { readonly kind: 'none' }
  | { readonly kind: 'create'; readonly scopes: readonly string[] }
  | { readonly kind: 'update'; readonly scopes: readonly string[] }
  | { readonly kind: 'delete' };

/** What we know of the grant that we changed. */
export interface GrantTrace {
  /** The tenant's id for it, since another may be created in its place; absent while it is being created. */
  readonly id?: string;
  /** Whether we created it, or were about to. */
  readonly isOurs: boolean;
  /** The scopes that we added, or were about to. */
  readonly added: readonly string[];
}

const NONE: GrantChange = { kind: 'none' };

/** Computes the change for the grant to cover the scopes; a grant for all scopes already does. */
export function grantChange(current: ClientGrant | undefined, wanted: readonly string[]): GrantChange {
  if (!current) return { kind: 'create', scopes: wanted };
  const missing = missingScopes(current, wanted);
  return missing.length === 0 ? NONE : { kind: 'update', scopes: [...current.scopes, ...missing] };
}

/** The scopes that a grant does not cover. */
export function missingScopes(current: ClientGrant, wanted: readonly string[]): readonly string[] {
  return current.allowsAllScopes ? [] : wanted.filter((scope) => !current.scopes.includes(scope));
}

/** Computes what to record before that change is made. */
export function plannedTrace(
  current: ClientGrant | undefined,
  wanted: readonly string[],
  trace: GrantTrace | undefined,
): GrantTrace {
  if (!current) return { isOurs: true, added: wanted };
  const missing = missingScopes(current, wanted);
  if (!trace || !isOfTrace(current, trace)) return { id: current.id, isOurs: false, added: missing };
  return { id: current.id, isOurs: trace.isOurs, added: [...new Set([...trace.added, ...missing])] };
}

/** Computes the change that restores the grant: removes what is ours and still there. */
export function grantRestoration(current: ClientGrant | undefined, trace: GrantTrace): GrantChange {
  if (!current || !isOfTrace(current, trace) || current.allowsAllScopes) return NONE;
  const kept = current.scopes.filter((scope) => !trace.added.includes(scope));
  if (trace.isOurs && kept.length === 0) return { kind: 'delete' };
  return kept.length === current.scopes.length ? NONE : { kind: 'update', scopes: kept };
}

/** Returns whether a trace is about this grant. Without an id, it is about the grant we were creating when we were interrupted. */
export function isOfTrace({ id }: ClientGrant, trace: GrantTrace): boolean {
  return trace.id === undefined ? trace.isOurs : trace.id === id;
}
