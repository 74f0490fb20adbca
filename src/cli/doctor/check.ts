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
  readonly audience: string;
  /** The same connection each time, made when it is first needed. */
  readonly connect: () => ManagementConnection;
  readonly signingKeys: KeyPlace;
  /** The response for the tenant's JWKS; fetched once. */
  readonly tenantJwks: () => Promise<HttpResponse>;
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
