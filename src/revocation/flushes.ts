/**
 * Carries out the schedule of the flushes, together with all other instances of the function. It relies on the queue: a message is
 * deleted only after its flush has succeeded or another message has taken its place. So an instance may crash between any two steps.
 * All instances count failures together: a flush that fails too often raises the alarm, however many marks are written meanwhile.
 */
import type { Clock } from '../core/clock.ts';
import { describeFailure, type Failure } from '../core/failure.ts';
import { RevocationError } from './errors.ts';
import {
  delaySecondsUntil,
  FLUSH_INTERVAL_MS,
  type FlushState,
  flushesNow,
  hasFailedForGood,
  nextStep,
  scheduleFor,
  secondFlushDue,
} from './flush-schedule.ts';
import { type DueFlush, flushMessage } from './message.ts';
import type { FlushCaches, FlushStore, SendLater } from './ports.ts';

export interface FlushPorts {
  readonly store: FlushStore;
  readonly sendLater: SendLater;
  /** `undefined`: there is no stage whose caches could be flushed. */
  readonly flushCaches: FlushCaches | undefined;
  readonly clock: Clock;
}

/** What happened to the caches. */
export type FlushEvent = { readonly outcome: 'flushed' } | { readonly outcome: 'failed'; readonly failure: Failure };

export class Flushes {
  readonly #ports: FlushPorts;
  readonly #revocationSeconds: number;
  readonly #report: (event: FlushEvent) => void;

  /** @param report is called for each attempt to flush */
  constructor(ports: FlushPorts, revocationSeconds: number, report: (event: FlushEvent) => void) {
    this.#ports = ports;
    this.#revocationSeconds = revocationSeconds;
    this.#report = report;
  }

  /**
   * Flushes the caches after marks were written: schedules the second flush first, so that no crash can prevent it.
   *
   * @throws if it could not be scheduled; then the messages of the marks must not be deleted
   */
  async afterMarks(): Promise<void> {
    const { store, clock, flushCaches } = this.#ports;
    if (!flushCaches) return;
    const writtenMs = clock();
    const state = await store.read();
    await this.#schedule(scheduleFor(secondFlushDue(writtenMs, this.#revocationSeconds), state));
    // A failure here only delays the revocation until the second flush.
    if (flushesNow(clock(), state)) await this.#flush(flushCaches);
  }

  /**
   * Handles the message of a flush.
   *
   * @throws RevocationError `flush_failed` if this was a last attempt and it failed
   */
  async onDue(due: DueFlush): Promise<void> {
    const { store, clock, flushCaches } = this.#ports;
    if (!flushCaches) return;
    const state = await store.read();
    if (due.isLast) return this.#tryLast(due, state, flushCaches);
    const next = nextStep(due.dueMs, clock(), state);
    if (next.step === 'done') return;
    if (next.step === 'wait') return this.#sendAt(due, next.untilMs);
    const outcome = await this.#flush(flushCaches);
    if (outcome === 'failed') await this.#afterFailure(due);
    if (outcome === 'refused') await this.#sendAt(due, clock() + FLUSH_INTERVAL_MS);
  }

  async #schedule(dueMs: number | undefined): Promise<void> {
    if (dueMs === undefined) return;
    await this.#sendAt({ dueMs, isLast: false }, dueMs);
    // Only now: whoever reads this relies on the message.
    await this.#ports.store.recordPending(dueMs);
  }

  /** @returns `refused` if another instance has claimed a flush in the meantime */
  async #flush(flushCaches: FlushCaches): Promise<'flushed' | 'failed' | 'refused'> {
    const { store, clock } = this.#ports;
    const startedMs = clock();
    if (!(await store.claim(startedMs))) return 'refused';
    try {
      await flushCaches();
    } catch (error) {
      this.#report({ outcome: 'failed', failure: describeFailure(error) });
      return 'failed';
    }
    this.#report({ outcome: 'flushed' });
    await store.recordFlush(startedMs);
    return 'flushed';
  }

  /** Sends the message again, unless it is covered. The state is read once more, because the attempt has changed it. */
  async #afterFailure(due: DueFlush): Promise<void> {
    const { store, clock } = this.#ports;
    const state = await store.read();
    if (hasFailedForGood(state.attempts ?? 0)) {
      return this.#sendAt({ ...due, isLast: true }, clock() + FLUSH_INTERVAL_MS);
    }
    const next = nextStep(due.dueMs, clock(), state);
    if (next.step === 'done') return;
    await this.#sendAt(due, next.step === 'wait' ? next.untilMs : clock());
  }

  /** Does not wait: SQS delivers the message again some times, and then moves it to the dead-letter queue. */
  async #tryLast(
    { dueMs }: DueFlush,
    { flushedMs, attempts = 0 }: FlushState,
    flushCaches: FlushCaches,
  ): Promise<void> {
    if (flushedMs !== undefined && flushedMs >= dueMs) return;
    if ((await this.#flush(flushCaches)) === 'flushed') return;
    throw new RevocationError(
      'flush_failed',
      `The caches of the gateway could not be flushed, in ${attempts} attempts at least. Until they expire, the gateway may accept what was revoked. The log has the reasons.`,
    );
  }

  #sendAt(due: DueFlush, timeMs: number): Promise<void> {
    return this.#ports.sendLater(flushMessage(due), delaySecondsUntil(timeMs, this.#ports.clock()));
  }
}
