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
  /** How many flushes were claimed since the last one that succeeded. Absent: none. */
  readonly attempts?: number;
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

/**
 * Decides whether the caches are flushed at once: not if they just were, or will be soon. After a failure only the messages of flushes
 * try again, so that marks can neither bypass the growing delays nor keep those messages from their attempts.
 */
export function flushesNow(nowMs: number, { claimedMs, attempts = 0, pendingMs }: FlushState): boolean {
  if (attempts > 0) return false;
  const wasJustFlushed = claimedMs !== undefined && nowMs - claimedMs < FLUSH_INTERVAL_MS;
  const willBeSoon = pendingMs !== undefined && pendingMs > nowMs && pendingMs - nowMs <= FLUSH_INTERVAL_MS;
  return !wasJustFlushed && !willBeSoon;
}

/** What to do with the message of a flush. */
export type NextStep =
  | { readonly step: 'done' }
  | { readonly step: 'wait'; readonly untilMs: number }
  | { readonly step: 'flush' };

/**
 * Decides what to do with the message of a flush that is due at `dueMs`. It is done if a flush was started at that time or later. It is
 * also done if it had to wait, and a message with a later due time comes before it may flush: otherwise messages would pile up while
 * flushes fail.
 */
export function nextStep(dueMs: number, nowMs: number, state: FlushState): NextStep {
  const { claimedMs, attempts = 0, flushedMs, pendingMs } = state;
  if (flushedMs !== undefined && flushedMs >= dueMs) return { step: 'done' };
  const allowedMs = claimedMs === undefined ? dueMs : Math.max(dueMs, claimedMs + intervalMs(attempts));
  if (nowMs >= allowedMs) return { step: 'flush' };
  const isCovered = pendingMs !== undefined && pendingMs > dueMs && pendingMs <= allowedMs;
  return isCovered ? { step: 'done' } : { step: 'wait', untilMs: allowedMs };
}

/** The longest delay of a message in SQS. */
const LONGEST_DELAY_SECONDS = 900;
/** With the intervals below, the last of these attempts comes about 10 minutes after the first. */
const MOST_ATTEMPTS = 7;

/** Returns how many whole seconds a message has to be delayed. It may come early if the time is too far away. */
export function delaySecondsUntil(timeMs: number, nowMs: number): number {
  return Math.min(Math.max(Math.ceil((timeMs - nowMs) / 1000), 0), LONGEST_DELAY_SECONDS);
}

/** Whether there were so many attempts without success that somebody has to be told. */
export function hasFailedForGood(attempts: number): boolean {
  return attempts >= MOST_ATTEMPTS;
}

/** The least time between the start of an attempt and the next one: 10 s, twice as long after each further failure, and at most 15 min. */
function intervalMs(attempts: number): number {
  return Math.min(FLUSH_INTERVAL_MS * 2 ** Math.max(attempts - 1, 0), LONGEST_DELAY_SECONDS * 1000);
}
