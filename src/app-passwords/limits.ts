/**
 * The limits: of each user, so that nobody makes or deletes passwords in bulk; and of all calls to the Management API together, so that the
 * set-up and the key rotation keep their share of the tenant's rate limit. If they cannot be counted, nothing is allowed.
 */
import type { Clock } from '../core/clock.ts';
import { subjectDigest } from '../core/principal.ts';
import type { ApplicationPasswords } from '../management/application-passwords.ts';
import type { AppPasswordPorts, CallCounter } from './ports.ts';
import { Problem } from './problem.ts';

interface Limit {
  readonly most: number;
  readonly seconds: number;
}

/** For each user. */
export const USER_LIMITS = {
  create: { most: 10, seconds: 3600 },
  delete: { most: 60, seconds: 3600 },
  list: { most: 30, seconds: 60 },
} as const satisfies Record<string, Limit>;

/** A tenant on the smallest plan allows 2 calls a second. */
export const TENANT_LIMIT: Limit = { most: 15, seconds: 10 };

/** The part of it that the sweep may use, so that users can work in the same seconds. */
export const SWEEP_LIMIT: Limit = { ...TENANT_LIMIT, most: 10 };

/** How many passwords a user can have for one audience. */
export const MAXIMUM_PASSWORDS = 20;

type Ports = Pick<AppPasswordPorts, 'counter' | 'clock'>;

/**
 * Counts one call of a user.
 *
 * @throws Problem `rate_limited`
 */
export async function countUserCall(ports: Ports, kind: keyof typeof USER_LIMITS, subject: string): Promise<void> {
  const retryAfterSeconds = await count(ports, `${kind}:${subjectDigest(subject)}`, USER_LIMITS[kind]);
  if (retryAfterSeconds === undefined) return;
  throw new Problem('rate_limited', `Too many requests. Try again in ${retryAfterSeconds} seconds.`, {
    retryAfterSeconds,
  });
}

/**
 * Connects to the tenant, and counts each call. The calls of all users and of the sweep share one limit.
 *
 * @returns operations that throw Problem `tenant_throttled` if the share is used up
 */
export async function limitedPasswords(
  ports: Ports & Pick<AppPasswordPorts, 'passwords'>,
  limit = TENANT_LIMIT,
): Promise<ApplicationPasswords> {
  const passwords = await ports.passwords();
  return {
    create: async (...request) => {
      await countTenantCall(ports, limit);
      return passwords.create(...request);
    },
    list: async (userId) => {
      await countTenantCall(ports, limit);
      return passwords.list(userId);
    },
    remove: async (userId, id) => {
      await countTenantCall(ports, limit);
      return passwords.remove(userId, id);
    },
  };
}

async function countTenantCall(ports: Ports, limit: Limit): Promise<void> {
  const retryAfterSeconds = await count(ports, 'tenant', limit);
  if (retryAfterSeconds === undefined) return;
  throw throttled(retryAfterSeconds);
}

export function throttled(retryAfterSeconds: number): Problem {
  return new Problem('tenant_throttled', 'Too many people manage their app passwords at this moment. Try again soon.', {
    retryAfterSeconds,
  });
}

/** @returns after how many seconds to try again; `undefined` if the call is allowed */
async function count(
  { counter, clock }: { readonly counter: CallCounter; readonly clock: Clock },
  name: string,
  { most, seconds }: Limit,
): Promise<number | undefined> {
  const nowSeconds = clock() / 1000;
  const window = Math.floor(nowSeconds / seconds);
  const endsAt = (window + 1) * seconds;
  const isAllowed = await counter.count(`${name}:${window}`, most, endsAt + seconds);
  return isAllowed ? undefined : Math.max(Math.ceil(endsAt - nowSeconds), 1);
}
