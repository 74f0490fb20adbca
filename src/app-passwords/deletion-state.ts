/**
 * Computes from facts whether a deleted password has stopped working: the tenant has deleted it, the mark of the revocation was written
 * after that, every authorizer has read the mark, and the gateways' caches were flushed after that.
 */
import { hash } from 'node:crypto';
import { secondFlushDue } from '../revocation/flush-schedule.ts';
import type { AppPasswordPorts, Deletion } from './ports.ts';

export type DeletionState = 'stopping' | 'stopped';

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

export interface CachingSettings {
  readonly revocationSeconds: number;
  /** How long a gateway may use a decision whose cache is never flushed. */
  readonly gatewayTtlSeconds: number;
}

/** @param times since when the revocation is known to be in effect, `undefined` if it is not; and when the tenant had deleted it */
export async function deletionState(
  { clock, revoker }: Ports,
  { sinceMs, deletedMs }: { readonly sinceMs: number | undefined; readonly deletedMs: number | undefined },
  { revocationSeconds, gatewayTtlSeconds }: CachingSettings,
): Promise<DeletionState> {
  if (sinceMs === undefined || deletedMs === undefined) return 'stopping';
  const flushDueMs = secondFlushDue(sinceMs, revocationSeconds);
  const nowMs = clock();
  if (nowMs < flushDueMs) return 'stopping';
  if (nowMs >= flushDueMs + gatewayTtlSeconds * 1000) return 'stopped';
  const { pendingMs, flushedMs = Number.NEGATIVE_INFINITY } = await revoker.flushes();
  // A flush from before belongs to another revocation. The one that was scheduled for the mark may be earlier than the latest possible one.
  const leastMs = secondFlushDue(deletedMs, revocationSeconds);
  const isFlushed = flushedMs >= Math.max(leastMs, Math.min(pendingMs ?? leastMs, flushDueMs));
  return isFlushed ? 'stopped' : 'stopping';
}
