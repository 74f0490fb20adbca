/** A queue in memory that calls a function with batches, as SQS does: with delays, and again after a failure. */
import type { BatchResponse } from '../lambda/revocation/batch.ts';

export interface MemoryQueueOptions {
  readonly handle: (event: unknown) => Promise<BatchResponse>;
  readonly clock: () => number;
  /** Called with the time until a message is due, so that somebody can call `deliver` then. @default nobody does */
  readonly onDelay?: ((milliseconds: number) => void) | undefined;
}

interface Queued {
  readonly id: string;
  readonly body: string;
  readonly sentMs: number;
  visibleMs: number;
  receipts: number;
}

/** As in the deployment. */
const BATCH_SIZE = 10;
const VISIBILITY_MS = 120_000;
const MOST_RECEIPTS = 5;

export class MemoryQueue {
  /** The bodies of the messages that could not be handled. */
  readonly deadLetters: string[] = [];
  readonly #options: MemoryQueueOptions;
  readonly #messages: Queued[] = [];
  #sent = 0;

  constructor(options: MemoryQueueOptions) {
    this.#options = options;
  }

  send(body: string, delaySeconds = 0): void {
    const sentMs = this.#options.clock();
    this.#sent += 1;
    const visibleMs = sentMs + delaySeconds * 1000;
    this.#messages.push({ id: `message-${this.#sent}`, body, sentMs, visibleMs, receipts: 0 });
    this.#options.onDelay?.(delaySeconds * 1000);
  }

  /** Calls the function with all messages that are due, and with those that it sends to be due at once. */
  async deliver(): Promise<void> {
    for (let batch = this.#receive(); batch.length > 0; batch = this.#receive()) await this.#handle(batch);
  }

  #receive(): readonly Queued[] {
    const nowMs = this.#options.clock();
    const batch = this.#messages.filter(({ visibleMs }) => visibleMs <= nowMs).slice(0, BATCH_SIZE);
    for (const message of batch) {
      message.visibleMs = nowMs + VISIBILITY_MS;
      message.receipts += 1;
    }
    return batch;
  }

  async #handle(batch: readonly Queued[]): Promise<void> {
    const Records = batch.map(({ id, body, sentMs }) => ({
      messageId: id,
      body,
      attributes: { SentTimestamp: String(sentMs) },
    }));
    const { batchItemFailures } = await this.#options.handle({ Records });
    const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    for (const message of batch) {
      if (!failed.has(message.id)) this.#remove(message);
      else if (message.receipts < MOST_RECEIPTS) this.#options.onDelay?.(VISIBILITY_MS);
      else this.deadLetters.push(this.#remove(message).body);
    }
  }

  #remove(message: Queued): Queued {
    this.#messages.splice(this.#messages.indexOf(message), 1);
    return message;
  }
}
