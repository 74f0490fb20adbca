/** A check of one link in the chain from a credential to a decision, and its result. */

import type { HttpResponse } from '../../core/http.ts';
import type { ManagementConnection } from '../../management/management-connection.ts';
import type { Context } from '../command.ts';
import type { KeyPlace } from '../signing-keys.ts';

/** What a check found. `detail` and `fix` are for people and hold no secret. */
export type Finding =
  | { readonly state: 'passed'; readonly detail: string }
  /** The check does not apply, or cannot be made because an earlier link is broken. */
  | { readonly state: 'skipped'; readonly detail: string }
  /** Nothing is broken, but a person should look at it. */
  | { readonly state: 'warned'; readonly detail: string; readonly fix: string }
  | { readonly state: 'failed'; readonly detail: string; readonly fix: string };

export interface Check {
  /** Stable, for programs. */
  readonly id: string;
  readonly title: string;
  /** The checks that must pass before this one makes sense. */
  readonly needs: readonly string[];
  /** @throws CodedError whose message says what was found, and the fix */
  run(examination: Examination): Promise<Finding>;
}

/** What the checks work with, once the configuration is known to be valid. */
export interface Examination extends Context {
  readonly issuer: string;
  /** The main audience; in a check of each resource server, the identifier of that one. */
  readonly audience: string;
  /** All audiences, the main one first. */
  readonly audiences: readonly [string, ...string[]];
  /** The same connection each time, made when it is first needed. */
  readonly connect: () => ManagementConnection;
  readonly signingKeys: KeyPlace;
  /** The response for the tenant's JWKS; fetched once. */
  readonly tenantJwks: () => Promise<HttpResponse>;
}

/** From the worst to the best. */
const STATES = ['failed', 'warned', 'skipped', 'passed'] as const;

/** Makes a check of one resource server a check of all of them. The result is the worst one, with the details of all. */
export function ofEachAudience(check: Check): Check {
  return {
    ...check,
    run: async (examination) => {
      const [main, ...others] = examination.audiences;
      const first = await check.run(examination);
      if (others.length === 0) return first;
      const findings: (readonly [string, Finding])[] = [[main, first]];
      for (const audience of others) findings.push([audience, await check.run({ ...examination, audience })]);
      return merged(findings);
    },
  };
}

function merged(findings: readonly (readonly [string, Finding])[]): Finding {
  const state = STATES.find((one) => findings.some(([, finding]) => finding.state === one)) ?? 'skipped';
  const detail = findings.map(([audience, finding]) => `${audience}: ${finding.detail}`).join('\n');
  const fixes = findings.flatMap(([, finding]) => ('fix' in finding ? [finding.fix] : []));
  const fix = [...new Set(fixes)].filter((text) => text !== '').join('\n');
  return state === 'failed' || state === 'warned' ? { state, detail, fix } : { state, detail };
}

export function passed(detail: string): Finding {
  return { state: 'passed', detail };
}

export function skipped(detail: string): Finding {
  return { state: 'skipped', detail };
}

export function warned(detail: string, fix: string): Finding {
  return { state: 'warned', detail, fix };
}

export function failed(detail: string, fix: string): Finding {
  return { state: 'failed', detail, fix };
}
