/** What the authorizer decided, from the line of its log. */
import type { JsonObject } from '../../src/core/json.ts';
import type { RouteMap } from '../../src/core/routes.ts';
import type { Noted } from './trace.ts';

export interface Decided {
  readonly outcome: string;
  readonly reason: string;
  readonly message: string;
  /** What the credential is, as far as its form shows. */
  readonly kindWords: string;
  readonly requirementWords: string;
  /** Whether the header held a credential, so that it was looked up. */
  readonly isWellFormed: boolean;
  /** Whether the credential itself was accepted, now or before. */
  readonly isAccepted: boolean;
}

const KINDS: Readonly<Record<string, string>> = {
  jwt: 'A JWT: the authorizer verifies it itself',
  opaque: 'An opaque token or an app specific password: only the tenant knows what it means',
  basic: 'Basic, a user name with a secret',
  none: 'There is none',
};

/** @returns `undefined` if the authorizer was not asked */
export function decidedIn(notes: readonly Noted[], requirementWords: string): Decided | undefined {
  const record = notes.find((each) => each.kind === 'decision')?.record;
  if (!record) return undefined;
  return {
    outcome: textOf(record, 'outcome'),
    reason: textOf(record, 'reason'),
    message: textOf(record, 'message'),
    kindWords: KINDS[textOf(record, 'kind')] ?? '',
    requirementWords,
    isWellFormed: notes.some(({ kind }) => kind === 'cache_asked' || kind === 'span'),
    isAccepted: notes.some(({ kind }) => kind === 'resolved'),
  };
}

function textOf(record: JsonObject, name: string): string {
  const value = record[name];
  return typeof value === 'string' ? value : '';
}

/** What a route requires, in words. */
export function requirementWordsOf(
  routes: RouteMap,
  called: { readonly method: string; readonly path: string; readonly resourcePath: string },
): string {
  const requirement = routes.requirement(called);
  if (!requirement) return 'The configuration does not know this route';
  const scopes = 'allOf' in requirement ? requirement.allOf : requirement.anyOf;
  if (scopes.length === 0) return 'The route accepts every valid credential';
  return 'allOf' in requirement
    ? `The route requires ${scopes.join(' and ')}`
    : `The route requires one of ${scopes.join(', ')}`;
}
