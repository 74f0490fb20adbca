/** The handler of a batch: it writes the marks, flushes the gateway's caches, and writes one line to the log. */
import type { RevocationConfiguration } from '../../src/config/function-configurations.ts';
import { describeFailure } from '../../src/core/failure.ts';
import { type FlushEvent, Flushes, type FlushPorts } from '../../src/revocation/flushes.ts';
import { type DueFlush, type Message, parseMessage } from '../../src/revocation/message.ts';
import type { MarkWriter } from '../../src/revocation/ports.ts';
import { type NewMark, writeMarks } from '../../src/revocation/write-marks.ts';
import { type BatchResponse, parseBatch, type QueuedMessage } from './batch.ts';
import { batchLine } from './batch-record.ts';

export interface RevocationPorts extends FlushPorts {
  readonly marks: MarkWriter;
}

type Settings = Pick<RevocationConfiguration, 'issuer' | 'revocationSeconds' | 'keptSeconds'>;
type Parsed = Message & { readonly id: string };

/**
 * Makes the handler. Messages that it cannot handle are delivered again, and in the end go to the dead-letter queue.
 *
 * @param writeLine is called with one line, without a line break
 */
export function createRevocationHandler(
  settings: Settings,
  ports: RevocationPorts,
  writeLine: (line: string) => void,
): (event: unknown) => Promise<BatchResponse> {
  return async (event) => {
    const batch = new Batch(settings, ports);
    const queued = parseBatch(event);
    const parsed = queued.flatMap((message) => batch.parse(message));
    // The marks first: the flush that follows them may be enough for the flushes that are due.
    await batch.mark(parsed);
    for (const message of parsed) if (message.type === 'flush') await batch.flush(message.id, message.flush);
    writeLine(batch.line(queued.length));
    return { batchItemFailures: [...batch.failures.keys()].map((itemIdentifier) => ({ itemIdentifier })) };
  };
}

/** One call of the function. */
class Batch {
  /** The errors by the id of the message. */
  readonly failures = new Map<string, unknown>();
  readonly #written: NewMark[] = [];
  readonly #flushEvents: FlushEvent[] = [];
  readonly #settings: Settings;
  readonly #ports: RevocationPorts;
  readonly #flushes: Flushes;
  #writtenMs: number;

  constructor(settings: Settings, ports: RevocationPorts) {
    this.#settings = settings;
    this.#ports = ports;
    this.#flushes = new Flushes(ports, settings.revocationSeconds, (event) => this.#flushEvents.push(event));
    this.#writtenMs = ports.clock();
  }

  parse({ id, body, sentMs }: QueuedMessage): readonly Parsed[] {
    try {
      return [{ id, ...parseMessage(body, { issuer: this.#settings.issuer, sentMs, nowMs: this.#ports.clock() }) }];
    } catch (error) {
      this.failures.set(id, error);
      return [];
    }
  }

  async mark(messages: readonly Parsed[]): Promise<void> {
    const marks = messages.flatMap(({ id, ...message }) =>
      message.type === 'mark' && message.mark ? [{ id, ...message.mark }] : [],
    );
    if (marks.length === 0) return;
    try {
      await this.#write(marks);
      if (this.#written.length > 0) await this.#flushes.afterMarks();
    } catch (error) {
      for (const { id } of marks) this.failures.set(id, error);
    }
  }

  async flush(id: string, due: DueFlush): Promise<void> {
    await this.#flushes.onDue(due).catch((error: unknown) => this.failures.set(id, error));
  }

  line(messages: number): string {
    const failures = [...this.failures.values()].map(describeFailure);
    const record = { messages, written: this.#written, flushEvents: this.#flushEvents, failures };
    return batchLine(record, { issuer: this.#settings.issuer, nowMs: this.#writtenMs });
  }

  async #write(marks: readonly (NewMark & { readonly id: string })[]): Promise<void> {
    const { issuer, keptSeconds } = this.#settings;
    const outcomes = await writeMarks(marks, this.#ports.marks, { issuer, keptSeconds, nowMs: this.#ports.clock() });
    this.#writtenMs = this.#ports.clock();
    for (const [index, mark] of marks.entries()) {
      const outcome = outcomes[index];
      if (outcome?.status === 'rejected') this.failures.set(mark.id, outcome.reason);
      else this.#written.push(mark);
    }
  }
}
