/**
 * The limits: of each user, so that nobody creates or deletes passwords in bulk, and none uses up what all users share; and of all calls to the Management API together, so that the
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

/** Requests to the Management API. A tenant on the smallest plan allows 2 a second. */
export const TENANT_LIMITS = {
  /** All users together. */
  users: { most: 12, seconds: 10 },
  /** Each user. */
  user: { most: 8, seconds: 10 },
  /** The sweep, whose share no user can use up. */
  sweep: { most: 5, seconds: 10 },
} as const satisfies Record<string, Limit>;

/** What each kind of request needs of them. */
const CALLS = { create: 3, delete: 2, list: 1 } as const satisfies Record<keyof typeof USER_LIMITS, number>;

/** How many passwords a user can have for one audience. */
export const MAXIMUM_PASSWORDS = 20;

type Ports = Pick<AppPasswordPorts, 'counter' | 'clock'>;
type TenantPorts = Ports & Pick<AppPasswordPorts, 'passwords'>;

/**
 * Counts one request of a user, with the calls to the Management API that it needs. So the user's limits never stop it halfway.
 *
 * @throws Problem `rate_limited`
 */
export async function countUserCall(ports: Ports, kind: keyof typeof USER_LIMITS, subject: string): Promise<void> {
  const user = subjectDigest(subject);
  // First, because a request that comes too soon must not use up the user's hour.
  refuse(await count(ports, `tenant:user:${user}`, TENANT_LIMITS.user, CALLS[kind]));
  refuse(await count(ports, `${kind}:${user}`, USER_LIMITS[kind]));
}

function refuse(retryAfterSeconds: number | undefined): void {
  if (retryAfterSeconds === undefined) return;
  throw new Problem('rate_limited', `Too many requests. Try again in ${retryAfterSeconds} seconds.`, {
    retryAfterSeconds,
  });
}

/**
 * Connects to the tenant, and counts each request, for users or for the sweep.
 *
 * @returns operations that throw Problem `tenant_throttled` if the share is used up
 */
export function limitedPasswords(
  ports: TenantPorts,
  caller: 'users' | 'sweep' = 'users',
): Promise<ApplicationPasswords> {
  return ports.passwords({
    count: async () => {
      const retryAfterSeconds = await count(ports, `tenant:${caller}`, TENANT_LIMITS[caller]);
      if (retryAfterSeconds !== undefined) throw throttled(retryAfterSeconds);
    },
  });
}

/** Connects to the tenant to complete what a user has begun: the requests count, but a used up share does not stop it halfway. */
export function completingPasswords(ports: TenantPorts): Promise<ApplicationPasswords> {
  const limit = { ...TENANT_LIMITS.users, most: Number.MAX_SAFE_INTEGER };
  return ports.passwords({
    count: async () => void (await count(ports, 'tenant:users', limit).catch(() => {})),
    repeatsThrottled: true,
  });
}

function throttled(retryAfterSeconds: number): Problem {
  return new Problem('tenant_throttled', 'Too many people manage their app passwords at this moment. Try again soon.', {
    retryAfterSeconds,
  });
}

/** @returns after how many seconds to try again; `undefined` if the calls are allowed */
async function count(
  { counter, clock }: { readonly counter: CallCounter; readonly clock: Clock },
  name: string,
  { most, seconds }: Limit,
  calls = 1,
): Promise<number | undefined> {
  const nowSeconds = clock() / 1000;
  const window = Math.floor(nowSeconds / seconds);
  const endsAt = (window + 1) * seconds;
  const isAllowed = await counter.count(`${name}:${window}`, most, endsAt + seconds, calls);
  return isAllowed ? undefined : Math.max(Math.ceil(endsAt - nowSeconds), 1);
}
