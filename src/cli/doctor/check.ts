/** One link of the chain from a credential to a decision, and what looking at it came to. */

import type { HttpResponse } from '../../core/http.ts';
import type { ManagementConnection } from '../../management/management-connection.ts';
import type { Context } from '../command.ts';
import type { KeyPlace } from '../signing-keys.ts';

/** What a check found. `detail` and `mend` are for people and hold no secret. */
export type Finding =
  | { readonly state: 'passed'; readonly detail: string }
  /** Not part of this chain, or without meaning since an earlier link is broken. */
  | { readonly state: 'skipped'; readonly detail: string }
  /** Nothing is broken, but it must be looked at. */
  | { readonly state: 'warned'; readonly detail: string; readonly mend: string }
  | { readonly state: 'failed'; readonly detail: string; readonly mend: string };

export interface Check {
  /** Stable, for programs. */
  readonly id: string;
  readonly title: string;
  /** The checks without whose passing this one means nothing. */
  readonly needs: readonly string[];
  /** @throws CodedError whose message says what was found, and the mend */
  run(examination: Examination): Promise<Finding>;
}

/** What the checks work with, once the configuration is known to be right. */
export interface Examination extends Context {
  readonly issuer: string;
  readonly audience: string;
  /** The same connection each time, made when it is first needed. */
  readonly connect: () => ManagementConnection;
  readonly signingKeys: KeyPlace;
  /** The tenant's JWKS as it came; fetched once. */
  readonly tenantJwks: () => Promise<HttpResponse>;
}

export function passed(detail: string): Finding {
  return { state: 'passed', detail };
}

export function skipped(detail: string): Finding {
  return { state: 'skipped', detail };
}

export function warned(detail: string, mend: string): Finding {
  return { state: 'warned', detail, mend };
}

export function failed(detail: string, mend: string): Finding {
  return { state: 'failed', detail, mend };
}
