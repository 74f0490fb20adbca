/** Revocation in local mode: the real function behind a queue in memory, fed by the tenant's log events. */
import { createRevocationHandler } from '../lambda/revocation/create-handler.ts';
import type { JsonObject } from '../src/core/json.ts';
import { logEventMessage } from './log-stream.ts';
import { MemoryFlushStore } from './memory-flush-store.ts';
import { MemoryQueue } from './memory-queue.ts';
import type { MemoryMarkTable } from './memory-tables.ts';

export interface LocalRevocationOptions {
  readonly issuer: string;
  readonly revocationSeconds: number;
  /** The table that the authorizer reads. */
  readonly marks: MemoryMarkTable;
  /** Flushes the gateway's cache. */
  readonly flush: () => void;
  readonly clock: () => number;
  readonly log: (line: string) => void;
  /** Calls back after a number of milliseconds; without it, somebody has to call `deliver` of the queue. */
  readonly setTimer?: ((milliseconds: number, callback: () => void) => void) | undefined;
}

/** A timer may end a little before its time, when the message is not due yet. */
const TIMER_ERROR_MS = 20;

export class LocalRevocations {
  readonly queue: MemoryQueue;
  /** When the gateway's cache was flushed. */
  readonly flushes = new MemoryFlushStore();

  constructor({ issuer, revocationSeconds, marks, flush, clock, log, setTimer }: LocalRevocationOptions) {
    const handle = createRevocationHandler(
      { issuer, revocationSeconds, keptSeconds: 2_592_000 },
      {
        marks: { grow: async (id, kind, timeMs) => marks.grow(id, kind, timeMs) },
        store: this.flushes,
        sendLater: async (body, delaySeconds) => this.queue.send(body, delaySeconds),
        flushCaches: async () => flush(),
        clock,
      },
      log,
    );
    const onDelay =
      setTimer && ((milliseconds: number) => setTimer(milliseconds + TIMER_ERROR_MS, () => void this.queue.deliver()));
    this.queue = new MemoryQueue({ handle, clock, onDelay });
  }

  /** Receives an event of the tenant's log stream. */
  onLogEvent(event: JsonObject): void {
    const message = logEventMessage(event);
    if (message !== undefined) this.queue.send(message);
  }
}
