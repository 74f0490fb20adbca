/**
 * Ends app specific passwords that have an expiry: deletes them at the tenant, revokes what was cached about them, and removes the expiry
 * when the revocation is in effect. Until then the authorizer refuses an expired one, and what was interrupted is repeated.
 */
import { audit, notify, safeFailure } from './audit.ts';
import { deletionId, recordDeletion, revokedMs } from './deletion-state.ts';
import { limitedPasswords } from './limits.ts';
import type { AppPasswordPorts, Deletion, Expiry } from './ports.ts';
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
  /** Does not keep the expiries until the revocation is in effect: for a deployment that ends with them. @default false */
  readonly removesAtOnce?: boolean;
}

/**
 * How long an expiry is kept after the password was deleted at the tenant. A decision that began before takes 5 s at most, and could
 * otherwise find the password active and its expiry gone.
 */
const KEPT_MS = 30_000;

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
  const { audience, endMs } = ending;
  const { subject, passwordId, id } = expiry;
  if (ports.clock() >= endMs) return { error: undefined };
  try {
    const deletion = await ports.deletions.read(deletionId(subject, passwordId));
    if (ending.removesAtOnce || deletion?.deletedMs === undefined) await begin(ports, expiry, ending);
    else if (ports.clock() < deletion.deletedMs + KEPT_MS) return undefined;
    else if (!(await isRevoked(ports, expiry, deletion))) {
      await ports.revoker.revoke(subject);
      return { error: undefined };
    } else await ports.expiries.remove(id);
    return undefined;
  } catch (error) {
    audit(ports, audience, { action: 'end', outcome: 'failed', subject, passwordId, failure: safeFailure(error) });
    return { error };
  }
}

async function begin(
  ports: EndingPorts,
  expiry: Expiry,
  { audience, outcome, endMs, removesAtOnce }: Ending,
): Promise<void> {
  const { subject, passwordId, expiresAt, id } = expiry;
  await removeAtTenant(ports, expiry, endMs);
  await recordDeletion(ports, deletionId(subject, passwordId), { deletedMs: ports.clock() });
  audit(ports, audience, { action: 'end', outcome, subject, passwordId, expiresAt });
  await ports.revoker.revoke(subject);
  await notify(ports, audience, { type: `app_password_${outcome}`, subject, passwordId, expiresAt });
  if (removesAtOnce) await ports.expiries.remove(id);
}

async function isRevoked(ports: EndingPorts, { subject, passwordId }: Expiry, deletion: Deletion): Promise<boolean> {
  return (await revokedMs(ports, deletionId(subject, passwordId), { subject, deletion })) !== undefined;
}

/** A password that the tenant no longer has is deleted, too. */
async function removeAtTenant(ports: EndingPorts, { subject, passwordId }: Expiry, endMs: number): Promise<void> {
  for (;;) {
    try {
      const passwords = await limitedPasswords(ports, 'sweep');
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
