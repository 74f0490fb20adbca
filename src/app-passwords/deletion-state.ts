/**
 * Computes from facts whether a deleted password has stopped working: the tenant has deleted it, the mark of the revocation was written
 * after that, every authorizer has read the mark, and the gateways' caches were flushed after that.
 */
import { hash } from 'node:crypto';
import { secondFlushDue } from '../revocation/flush-schedule.ts';
import type { AppPasswordPorts, Deletion } from './ports.ts';

export type DeletionState = 'stopping' | 'stopped';

/** API Gateway caches a response no longer than this, flushed or not. */
const LONGEST_CACHING_MS = 3_600_000;
/** How long a deletion is remembered. */
const KEPT_SECONDS = 86_400;

type Ports = Pick<AppPasswordPorts, 'clock' | 'deletions' | 'revoker'>;

/** The id of a deletion. It does not show who the user is. */
export function deletionId(subject: string, passwordId: string): string {
  return `deletion:${hash('sha256', `${subject.length}:${subject}:${passwordId}`, 'base64url')}`;
}

/** Remembers what has happened. */
export function recordDeletion(ports: Ports, id: string, deletion: Deletion): Promise<void> {
  return ports.deletions.write(id, deletion, Math.floor(ports.clock() / 1000) + KEPT_SECONDS);
}

/**
 * Finds the time at which the revocation was first seen to be in effect, and remembers it. The mark itself has the time of the deletion,
 * and may have been written much later.
 *
 * @returns epoch milliseconds; `undefined` if it is not in effect
 */
export async function revokedMs(
  ports: Ports,
  id: string,
  { subject, deletion }: { readonly subject: string; readonly deletion: Deletion },
): Promise<number | undefined> {
  const { deletedMs } = deletion;
  if (deletedMs === undefined || deletion.revokedMs !== undefined) return deletion.revokedMs;
  const markMs = await ports.revoker.revokedAtMs(subject);
  if (markMs === undefined || markMs < deletedMs) return undefined;
  const seenMs = ports.clock();
  await recordDeletion(ports, id, { revokedMs: seenMs });
  return seenMs;
}

/** @param sinceMs since when the revocation is known to be in effect; `undefined` if it is not */
export async function deletionState(
  { clock, revoker }: Ports,
  sinceMs: number | undefined,
  revocationSeconds: number,
): Promise<DeletionState> {
  if (sinceMs === undefined) return 'stopping';
  const flushDueMs = secondFlushDue(sinceMs, revocationSeconds);
  const nowMs = clock();
  if (nowMs < flushDueMs) return 'stopping';
  if (nowMs >= flushDueMs + LONGEST_CACHING_MS) return 'stopped';
  const { pendingMs, flushedMs = Number.NEGATIVE_INFINITY } = await revoker.flushes();
  // The flush that was scheduled for the mark may be earlier than the latest possible one.
  const isFlushed = pendingMs === undefined || flushedMs >= Math.min(pendingMs, flushDueMs);
  return isFlushed ? 'stopped' : 'stopping';
}
