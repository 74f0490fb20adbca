/**
 * When the gateway's caches are flushed. Every mark needs two flushes: one at once, and one when no authorizer can trust a reading
 * from before the mark any more. Only the second completes the revocation. There is one flush in 10 s at most, whatever the number of
 * marks, because the control plane of an account accepts few calls, and anybody who may delete an app specific password causes one.
 * Pure: the times are passed in.
 */

/** The id of the item in the table of marks through which all instances share this state. No user's mark has an id that short. */
export const FLUSH_STATE_ID = 'flush';

/** The least time between two flushes. */
export const FLUSH_INTERVAL_MS = 10_000;
/** All calls of one decision share this deadline. */
const DECISION_DEADLINE_MS = 5000;
/** For the gateway to store the response, and for clocks that differ a little. */
const MARGIN_MS = 2000;

/** What all instances know. Epoch milliseconds; absent: never. */
export interface FlushState {
  /** When the last flush was claimed, whether it succeeded or not. */
  readonly claimedMs?: number;
  /** When the last flush that succeeded was started. */
  readonly flushedMs?: number;
  /** The latest due time of a flush whose message is in the queue. */
  readonly pendingMs?: number;
}

/** After this time, the gateway stores no response that an authorizer based on a reading from before the mark. Epoch milliseconds. */
export function secondFlushDue(writtenMs: number, revocationSeconds: number): number {
  return writtenMs + revocationSeconds * 1000 + DECISION_DEADLINE_MS + MARGIN_MS;
}

/**
 * Decides when the next flush must happen.
 *
 * @param dueMs when the flush is due
 * @returns epoch milliseconds; `undefined` if a pending flush is late enough
 */
export function scheduleFor(dueMs: number, { pendingMs = Number.NEGATIVE_INFINITY }: FlushState): number | undefined {
  return pendingMs >= dueMs ? undefined : Math.max(dueMs, pendingMs + FLUSH_INTERVAL_MS);
}

/** Decides whether the caches are flushed at once: not if they just were, or will be soon. */
export function flushesNow(nowMs: number, { claimedMs, pendingMs }: FlushState): boolean {
  const wasJustFlushed = claimedMs !== undefined && nowMs - claimedMs < FLUSH_INTERVAL_MS;
  const willBeSoon = pendingMs !== undefined && pendingMs > nowMs && pendingMs - nowMs <= FLUSH_INTERVAL_MS;
  return !wasJustFlushed && !willBeSoon;
}

/** What to do with the message of a flush. */
export type NextStep =
  | { readonly step: 'done' }
  | { readonly step: 'wait'; readonly untilMs: number }
  | { readonly step: 'flush' };

/** Decides what to do with the message of a flush that is due at `dueMs`. */
export function nextStep(dueMs: number, nowMs: number, { claimedMs, flushedMs }: FlushState): NextStep {
  if (flushedMs !== undefined && flushedMs >= dueMs) return { step: 'done' };
  const allowedMs = claimedMs === undefined ? dueMs : Math.max(dueMs, claimedMs + FLUSH_INTERVAL_MS);
  return nowMs < allowedMs ? { step: 'wait', untilMs: allowedMs } : { step: 'flush' };
}

/** The longest delay of a message in SQS. */
const LONGEST_DELAY_SECONDS = 900;
/** With the delays below, the last attempt comes about 21 minutes after the first. */
const MOST_FAILURES = 8;

/** Returns how many whole seconds a message has to be delayed. It may come early if the time is too far away. */
export function delaySecondsUntil(timeMs: number, nowMs: number): number {
  return Math.min(Math.max(Math.ceil((timeMs - nowMs) / 1000), 0), LONGEST_DELAY_SECONDS);
}

/**
 * Returns how long to wait after a flush failed: 10 s, and twice as long after each further failure.
 *
 * @param failures at least 1
 * @returns seconds; `undefined` if there have been enough attempts
 */
export function retryDelaySeconds(failures: number): number | undefined {
  return failures >= MOST_FAILURES
    ? undefined
    : Math.min((FLUSH_INTERVAL_MS / 1000) * 2 ** (failures - 1), LONGEST_DELAY_SECONDS);
}
