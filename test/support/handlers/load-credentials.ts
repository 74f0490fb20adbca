/** Credentials of every kind, with what the tenant says about each. */

import type { SeededRandom } from '../../../bench/simulation/random.ts';
import type { Tenant } from '../../../local/tenant/server.ts';
import { basic, bearer } from '../http/call.ts';
import type { LoadCredential } from './load.ts';

type Kind = (tenant: Tenant, number: number) => LoadCredential;

/** Twice as many opaque tokens and app specific passwords as others. */
const KINDS: readonly Kind[] = [opaque, opaque, asp, asp, aspAsBasic, aspAsBasic, jwt, unscoped, unknown, otherName];

export function mixedCredentials(tenant: Tenant, count: number): readonly LoadCredential[] {
  return Array.from({ length: count }, (_, number) => (KINDS[number % KINDS.length] ?? opaque)(tenant, number));
}

export function opaqueTokens(tenant: Tenant, count: number): readonly LoadCredential[] {
  return Array.from({ length: count }, () => opaque(tenant));
}

function opaque(tenant: Tenant): LoadCredential {
  return { authorization: bearer(tenant.mintOpaque()), expected: 'allow' };
}

function asp(tenant: Tenant): LoadCredential {
  return { authorization: bearer(tenant.mintApplicationPassword().value), expected: 'allow' };
}

function aspAsBasic(tenant: Tenant): LoadCredential {
  return { authorization: basic(usernameOf(tenant), tenant.mintApplicationPassword().value), expected: 'allow' };
}

function jwt(tenant: Tenant): LoadCredential {
  return { authorization: bearer(tenant.mintJwt()), expected: 'allow' };
}

function unscoped(tenant: Tenant): LoadCredential {
  return { authorization: bearer(tenant.mintOpaque({ scope: 'create:foo' })), expected: 'deny' };
}

function unknown(_: Tenant, number: number): LoadCredential {
  return { authorization: bearer(`not-a-token-${number}`), expected: 'unauthorized' };
}

function otherName(tenant: Tenant): LoadCredential {
  const { value } = tenant.mintApplicationPassword();
  return { authorization: basic('somebody-else@example.com', value), expected: 'unauthorized' };
}

function usernameOf({ state }: Tenant): string {
  return [...state.users.values()][0]?.username ?? '';
}

/**
 * Makes some of the introspections fail, by chance: errors, rate limits, resets, and a few that never respond.
 *
 * @returns the number of introspections so far that the tenant has answered
 */
export function failSometimes(tenant: Tenant, random: SeededRandom, share: number): () => number {
  let answered = 0;
  const { faults } = tenant;
  faults.take = (_, path) => {
    if (path !== '/oauth/introspect') return undefined;
    const chance = random.next() / share;
    if (chance < 0.02) return { kind: 'hang' };
    if (chance < 0.3) return { kind: 'status', status: 500 };
    if (chance < 0.5) return { kind: 'status', status: 503 };
    if (chance < 0.6) return { kind: 'status', status: 429, retryAfterSeconds: 1 };
    if (chance < 0.8) return { kind: 'reset' };
    if (chance < 1) return { kind: 'dieAfter' };
    answered += 1;
    return undefined;
  };
  return () => answered;
}
