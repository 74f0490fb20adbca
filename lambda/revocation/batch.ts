/** A batch of messages from SQS, as Lambda passes it to the function. */
import { isJsonObject } from '../../src/core/json.ts';

/** One message. Its body is not trusted. */
export interface QueuedMessage {
  readonly id: string;
  readonly body: string;
  /** When the queue received it, in epoch milliseconds. */
  readonly sentMs: number;
}

/** Names the messages that SQS has to deliver again. */
export interface BatchResponse {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

/**
 * Parses the event of a batch.
 *
 * @throws Error if it is not an event of SQS
 * @see https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
 */
export function parseBatch(event: unknown): readonly QueuedMessage[] {
  const records = isJsonObject(event) ? event.Records : undefined;
  if (!Array.isArray(records)) throw notABatch();
  return records.map(parseRecord);
}

function parseRecord(record: unknown): QueuedMessage {
  if (!isJsonObject(record) || !isJsonObject(record.attributes)) throw notABatch();
  const { messageId: id, body } = record;
  const sentMs = Number(record.attributes.SentTimestamp);
  if (typeof id !== 'string' || typeof body !== 'string' || !Number.isSafeInteger(sentMs)) throw notABatch();
  return { id, body, sentMs };
}

function notABatch(): Error {
  return new Error('The event is not a batch of messages from SQS.');
}
