/**
 * The tenant's present state as plain JSON, for people who watch it: what is registered, who is blocked, what is left of the rate
 * limits, and the latest requests. It holds no password, token, key or other secret.
 */

import { createHash } from 'node:crypto';
import type { Fault, Faults } from './faults.ts';
import type { FailedLogins } from './login-guard.ts';
import type { TenantParts } from './parts.ts';
import { type RegisteredKey, readKeyEntry, readVerificationKey } from './public-key.ts';
import type { LimitState, RateLimits } from './rate-limits.ts';
import type { ResourceServerRecord } from './records.ts';
import type { RequestLog } from './request-log.ts';
import { scopeValues } from './state.ts';

const LATEST_MS = 60_000;
const MAX_REQUESTS = 200;

/** All times are milliseconds since the epoch. */
export interface TenantOverview {
  readonly issuer: string;
  readonly at: number;
  /** The keys with which the tenant signs; the first is the present one. */
  readonly signingKeys: readonly string[];
  readonly resourceServers: readonly ResourceServerOverview[];
  readonly clients: readonly {
    readonly clientId: string;
    readonly name: string;
    readonly grantTypes: readonly string[];
  }[];
  readonly clientGrants: readonly GrantOverview[];
  readonly applicationPasswords: readonly ApplicationPasswordOverview[];
  /** Every user and address with failed logins since the last success. */
  readonly failedLogins: readonly FailedLogins[];
  readonly rateLimits: readonly LimitState[];
  /** The faults that are injected now. */
  readonly faults: readonly Fault[];
  /** How many browsers are logged in. */
  readonly sessions: number;
  /** The requests of the last minute, the latest last. */
  readonly requests: readonly RequestOverview[];
}

interface ResourceServerOverview {
  readonly identifier: string;
  readonly name: string;
  readonly scopes: readonly string[];
  /** The keys with which the tenant verifies the API's assertions: the `kid`, or the RFC 7638 thumbprint of a key without one. */
  readonly keyIds: readonly string[];
  /** Where the tenant fetches them instead. */
  readonly keyLocation: string | null;
}

interface GrantOverview {
  readonly clientId: string;
  readonly audience: string;
  /** `all` stands for every scope of the API. */
  readonly scopes: readonly string[] | 'all';
  readonly subjectType: string;
}

interface ApplicationPasswordOverview {
  readonly id: string;
  readonly userId: string;
  readonly username: string;
  readonly label: string;
  readonly audience: string;
  readonly scopes: readonly string[];
  readonly createdAt: number;
  readonly lastUsedAt: number | null;
}

interface RequestOverview {
  readonly at: number;
  readonly method: string;
  readonly path: string;
  /** 0 if there was no response. */
  readonly status: number;
}

export interface Watched {
  readonly parts: TenantParts;
  readonly faults: Faults;
  readonly rateLimits: RateLimits;
  readonly log: RequestLog;
}

export function overviewOf({ parts, faults, rateLimits, log }: Watched): TenantOverview {
  const { issuer, now, state, logins, login, signingKeys } = parts;
  return {
    issuer,
    at: now(),
    signingKeys: signingKeys.kids(),
    // The fillers are there for the tests of paging only.
    resourceServers: [...state.resourceServers.values()].filter(({ id }) => !isFiller(id)).map(describeApi),
    clients: [...state.clients.values()].map(({ client_id: clientId, name, grant_types: grantTypes }) => ({
      clientId,
      name,
      grantTypes,
    })),
    clientGrants: describeGrants(parts),
    applicationPasswords: describePasswords(parts),
    failedLogins: logins.failed(),
    rateLimits: rateLimits.states(),
    faults: faults.list(),
    sessions: login.sessions.values().length,
    requests: latestRequests(log, now()),
  };
}

function isFiller(id: string): boolean {
  return id.startsWith('f111e4') || id.startsWith('cgr_filler');
}

function describeApi(api: ResourceServerRecord): ResourceServerOverview {
  const { identifier, name = identifier } = api;
  const { verificationLocation: location } = api;
  const keyLocation = typeof location === 'string' ? location : null;
  return { identifier, name, scopes: scopeValues(api), keyIds: registeredKeys(api).map(keyIdOf), keyLocation };
}

function registeredKeys({ verificationKey, verificationKeys }: ResourceServerRecord): readonly RegisteredKey[] {
  const keys = Array.isArray(verificationKeys)
    ? verificationKeys.map(readKeyEntry)
    : [readVerificationKey(verificationKey)];
  return keys.filter((key) => key !== undefined);
}

function keyIdOf({ kid, key }: RegisteredKey): string {
  if (kid !== undefined) return kid;
  const { e, kty, n } = key.export({ format: 'jwk' });
  return createHash('sha256').update(JSON.stringify({ e, kty, n })).digest('base64url');
}

function describeGrants({ state }: TenantParts): readonly GrantOverview[] {
  const grants = [...state.clientGrants.values()].filter(({ id }) => !isFiller(id));
  return grants.map(({ client_id: clientId = '', audience, scope, allow_all_scopes, subject_type = 'client' }) => ({
    clientId,
    audience,
    scopes: allow_all_scopes ? 'all' : scope,
    subjectType: subject_type,
  }));
}

function describePasswords({ state }: TenantParts): readonly ApplicationPasswordOverview[] {
  return [...state.applicationPasswords.values()].map((record) => ({
    id: record.id,
    userId: record.user_id,
    username: state.users.get(record.user_id)?.username ?? '',
    label: record.label,
    audience: record.audience,
    scopes: record.scope,
    createdAt: record.createdAtMs,
    lastUsedAt: record.lastAccessedMs ?? null,
  }));
}

function latestRequests({ entries }: RequestLog, nowMs: number): readonly RequestOverview[] {
  const latest = entries.slice(-MAX_REQUESTS).filter(({ at }) => at > nowMs - LATEST_MS);
  return latest.map(({ at, method, path, status }) => ({ at, method, path, status }));
}
