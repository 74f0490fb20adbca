/**
 * Ends app specific passwords that have an expiry: deletes them at the tenant, revokes what was cached about them, and removes the expiry at
 * last. Until then the authorizer refuses an expired one, and what was interrupted is repeated.
 */
import { audit, notify, safeFailure } from './audit.ts';
import { limitedPasswords, SWEEP_LIMIT } from './limits.ts';
import type { AppPasswordPorts, Expiry } from './ports.ts';
import { Problem } from './problem.ts';

export interface EndingPorts extends AppPasswordPorts {
  /** Resolves after this many milliseconds. */
  readonly sleep: (milliseconds: number) => Promise<void>;
}

export interface Ending {
  readonly audience: string;
  readonly outcome: 'expired' | 'deleted';
  /** Epoch milliseconds. Nothing is begun after it. */
  readonly endMs: number;
}

/** What became of the passwords. */
export interface Ended {
  readonly ended: number;
  /** Those that still have to be ended. */
  readonly left: readonly Expiry[];
  /** Why the first of them is left; `undefined` if there was no time for it. */
  readonly firstFailure: unknown;
}

/**
 * Ends passwords, one after the other. If one fails, the others are ended all the same. Waits while the share of the tenant's rate limit
 * is used up.
 */
export async function endPasswords(ports: EndingPorts, expiries: readonly Expiry[], ending: Ending): Promise<Ended> {
  const left: Expiry[] = [];
  let firstFailure: unknown;
  for (const expiry of expiries) {
    const failure = await endOne(ports, expiry, ending);
    if (!failure) continue;
    left.push(expiry);
    firstFailure ??= failure.error;
  }
  return { ended: expiries.length - left.length, left, firstFailure };
}

/** @returns `undefined` if it has ended */
async function endOne(
  ports: EndingPorts,
  expiry: Expiry,
  ending: Ending,
): Promise<{ readonly error: unknown } | undefined> {
  const { audience, outcome, endMs } = ending;
  const { subject, passwordId, expiresAt, id } = expiry;
  if (ports.clock() >= endMs) return { error: undefined };
  try {
    await removeAtTenant(ports, expiry, endMs);
    await ports.revoker.revoke(subject);
    audit(ports, audience, { action: 'end', outcome, subject, passwordId, expiresAt });
    await notify(ports, audience, { type: `app_password_${outcome}`, subject, passwordId, expiresAt });
    await ports.expiries.remove(id);
    return undefined;
  } catch (error) {
    audit(ports, audience, { action: 'end', outcome: 'failed', subject, passwordId, failure: safeFailure(error) });
    return { error };
  }
}

/** A password that the tenant no longer has is deleted, too. */
async function removeAtTenant(ports: EndingPorts, { subject, passwordId }: Expiry, endMs: number): Promise<void> {
  for (;;) {
    try {
      const passwords = await limitedPasswords(ports, SWEEP_LIMIT);
      return await passwords.remove(subject, passwordId);
    } catch (error) {
      const waitMs = throttledMs(error);
      if (waitMs === undefined || ports.clock() + waitMs >= endMs) throw error;
      await ports.sleep(waitMs);
    }
  }
}

/** How long to wait until our own share allows another call; `undefined` if the error is another one. */
function throttledMs(error: unknown): number | undefined {
  const isOurs = error instanceof Problem && error.code === 'tenant_throttled';
  return isOurs ? (error.hints.retryAfterSeconds ?? 1) * 1000 : undefined;
}
