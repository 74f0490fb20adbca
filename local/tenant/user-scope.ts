/** Which of the requested scopes a user gets. */
import type { ResourceServerRecord, UserRecord } from './records.ts';
import { scopeValues } from './state.ts';

const OIDC_SCOPES = ['openid', 'profile', 'email'];

export interface ScopeRequest {
  readonly wanted: readonly string[];
  /** The API that the token is for. @default none: the token is for `/userinfo` */
  readonly api?: ResourceServerRecord | undefined;
  readonly user: UserRecord;
}

/**
 * Returns the requested scopes that exist, each once: those of the API that the user may have, those of OpenID Connect, and
 * `offline_access` if the API allows it.
 */
export function userScope({ wanted, api, user }: ScopeRequest): readonly string[] {
  const allowsOffline = api ? api.allow_offline_access === true : true;
  const known = new Set([...apiScopes(api, user), ...OIDC_SCOPES, ...(allowsOffline ? ['offline_access'] : [])]);
  return [...new Set(wanted)].filter((scope) => known.has(scope));
}

/** The scopes of an API that a user may have: those in the user's permissions, or all if the user has no such list. */
export function apiScopes(api: ResourceServerRecord | undefined, { permissions }: UserRecord): readonly string[] {
  const offered = api ? scopeValues(api) : [];
  return permissions ? offered.filter((scope) => permissions.includes(scope)) : offered;
}
