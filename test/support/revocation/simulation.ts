/**
 * The revocation function as it runs in AWS, in virtual time: two instances at once, a queue that delivers at least once and in any
 * order, calls that take time, instances that crash before or after any call, and a control plane that refuses calls.
 */
import { createRevocationHandler } from '../../../lambda/revocation/create-handler.ts';
import { MemoryFlushStore } from '../../../local/memory-flush-store.ts';
import { markMessage } from '../../../src/revocation/message.ts';
import { markId, type RevocationKind } from '../../../src/shared-state/revocation-mark.ts';
import { VirtualTime } from './virtual-time.ts';

export const ISSUER = 'https://tenant.auth0.com/';
export const START_MS = Date.UTC(2026, 0, 15, 12);
export const REVOCATION_SECONDS = 5;

const INSTANCES = 2;
const BATCH = 10;
const VISIBILITY_MS = 120_000;
const MOST_RECEIPTS = 8;
const POLL_MS = 20;

export interface Deletion {
  /** After the start. */
  readonly atMs: number;
  readonly user: number;
  readonly kind: RevocationKind;
}

export interface Conditions {
  /** Returns a number from 0 to 1. */
  readonly random: () => number;
  /** The longest time that a call takes. */
  readonly latencyMs: number;
  /** How often an instance crashes at a call; at most `crashes` in all. */
  readonly crashRate: number;
  readonly crashes: number;
  readonly duplicateRate: number;
  /** How much later than due a message may be delivered. */
  readonly latenessMs: number;
  /** How often the control plane refuses a flush. */
  readonly refusalRate: number;
  /** From this time on, in milliseconds after the start, it refuses none. @default never */
  readonly recoveryMs?: number;
}

interface Queued {
  readonly id: string;
  readonly body: string;
  readonly sentMs: number;
  visibleMs: number;
  receipts: number;
}

/** What happened. Times are epoch milliseconds. */
export class Simulation {
  /** The first time at which the mark of a user was written. */
  readonly written = new Map<string, number>();
  /** When each flush was started, and whether it succeeded. */
  readonly flushes: { readonly startedMs: number; readonly succeeded: boolean }[] = [];
  readonly dead: string[] = [];
  /** When the first message came to the dead-letter queue. */
  firstDeadMs: number | undefined;
  /** The largest number of messages in the queue at once. */
  mostInQueue = 0;
  readonly lines: string[] = [];
  readonly marks = new Map<string, number>();
  readonly #time = new VirtualTime(START_MS);
  readonly #store = new MemoryFlushStore();
  readonly #queue: Queued[] = [];
  readonly #conditions: Conditions;
  #crashesLeft: number;
  #ids = 0;
  #arriving = 0;

  constructor(conditions: Conditions) {
    this.#conditions = conditions;
    this.#crashesLeft = conditions.crashes;
  }

  /** @param forMs stops then, although the queue may hold messages @default until the queue is empty */
  async run(deletions: readonly Deletion[], forMs = Number.POSITIVE_INFINITY): Promise<void> {
    for (const deletion of deletions) void this.#arrive(deletion);
    for (let index = 0; index < INSTANCES; index += 1) void this.#instance();
    await this.#time.run(START_MS + forMs);
  }

  get leftInQueue(): number {
    return this.#queue.length;
  }

  async #arrive({ atMs, user, kind }: Deletion): Promise<void> {
    this.#arriving += 1;
    await this.#time.sleep(atMs);
    this.#arriving -= 1;
    this.#send(markMessage({ subject: `auth0|${user}`, kind, timeMs: START_MS + atMs }), 0);
  }

  #send(body: string, delaySeconds: number): void {
    const { random, duplicateRate, latenessMs } = this.#conditions;
    const copies = random() < duplicateRate ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      const visibleMs = this.#time.nowMs + delaySeconds * 1000 + random() * latenessMs;
      this.#queue.push({ id: `m${this.#ids++}`, body, sentMs: this.#time.nowMs, visibleMs, receipts: 0 });
    }
    this.mostInQueue = Math.max(this.mostInQueue, this.#queue.length);
  }

  /** Polls until nothing is left. */
  async #instance(): Promise<void> {
    while (this.#queue.length > 0 || this.#arriving > 0) {
      const batch = this.#receive();
      if (batch.length === 0) await this.#time.sleep(POLL_MS);
      else await this.#invoke(batch);
    }
  }

  #receive(): readonly Queued[] {
    const visible = this.#queue.filter(({ visibleMs }) => visibleMs <= this.#time.nowMs).slice(0, BATCH);
    for (const message of visible) {
      message.visibleMs = this.#time.nowMs + VISIBILITY_MS;
      message.receipts += 1;
      if (message.receipts > MOST_RECEIPTS) {
        this.#remove(message.id);
        this.dead.push(message.body);
        this.firstDeadMs ??= this.#time.nowMs;
      }
    }
    return visible.filter(({ receipts }) => receipts <= MOST_RECEIPTS);
  }

  #remove(id: string): void {
    const index = this.#queue.findIndex((message) => message.id === id);
    if (index !== -1) this.#queue.splice(index, 1);
  }

  async #invoke(batch: readonly Queued[]): Promise<void> {
    const crashed = deferred();
    const handler = this.#handler(() => crashed.resolve('crashed'));
    const Records = batch.map(({ id, body, sentMs }) => ({
      messageId: id,
      body,
      attributes: { SentTimestamp: String(sentMs) },
    }));
    const outcome = await Promise.race([handler({ Records }), crashed.promise]);
    if (outcome === 'crashed') return;
    const failed = new Set(outcome.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    for (const { id } of batch) if (!failed.has(id)) this.#remove(id);
  }

  /** A new instance for each call: nothing may depend on what an instance remembers. */
  #handler(crash: () => void) {
    const call = <Result>(work: () => Promise<Result>) => this.#call(work, crash);
    const store = this.#store;
    return createRevocationHandler(
      { issuer: ISSUER, revocationSeconds: REVOCATION_SECONDS, keptSeconds: 3600 },
      {
        clock: () => this.#time.nowMs,
        store: {
          read: () => call(() => store.read()),
          claim: (nowMs) => call(() => store.claim(nowMs)),
          recordFlush: (startedMs) => call(() => store.recordFlush(startedMs)),
          recordPending: (dueMs) => call(() => store.recordPending(dueMs)),
        },
        marks: { grow: (id, kind, timeMs) => call(async () => this.#grow(id, kind, timeMs)) },
        sendLater: (body, delaySeconds) => call(async () => this.#send(body, delaySeconds)),
        flushCaches: () => this.#flush(call),
      },
      (line) => this.lines.push(line),
    );
  }

  async #flush(call: (work: () => Promise<void>) => Promise<void>): Promise<void> {
    const startedMs = this.#time.nowMs;
    const { random, refusalRate, recoveryMs = Number.POSITIVE_INFINITY } = this.#conditions;
    const succeeded = startedMs >= START_MS + recoveryMs || random() >= refusalRate;
    this.flushes.push({ startedMs, succeeded });
    await call(async () => {
      if (!succeeded) throw Object.assign(new Error('busy'), { name: 'TooManyRequestsException' });
    });
  }

  #grow(id: string, kind: string, timeMs: number): void {
    const key = `${id} ${kind}`;
    this.marks.set(key, Math.max(this.marks.get(key) ?? 0, timeMs));
    if (!this.written.has(key)) this.written.set(key, this.#time.nowMs);
  }

  /** Takes time. The instance may crash before the call, or after it. */
  async #call<Result>(work: () => Promise<Result>, crash: () => void): Promise<Result> {
    const { random, latencyMs, crashRate } = this.#conditions;
    if (latencyMs > 0) await this.#time.sleep(random() * latencyMs);
    const crashes = this.#crashesLeft > 0 && random() < crashRate;
    if (crashes) this.#crashesLeft -= 1;
    if (crashes && random() < 0.5) return this.#crash(crash);
    const result = await work();
    return crashes ? this.#crash(crash) : result;
  }

  #crash(crash: () => void): Promise<never> {
    crash();
    return new Promise(() => {});
  }
}

export function markKey({ user, kind }: Deletion): string {
  return `${markId(ISSUER, `auth0|${user}`)} ${kind}`;
}

function deferred() {
  let resolve: (outcome: 'crashed') => void = () => {};
  const promise = new Promise<'crashed'>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
