/**
 * The messages of the revocation queue: a mark that one of our own programs asks for, an event of the tenant's log stream as
 * EventBridge passes it on, and a flush of the gateway's caches that is due later. Nothing in a message is trusted: it can name a user
 * and a time, and the issuer is always that of the function's configuration.
 */
import { isJsonObject, type JsonObject, parseJson } from '../core/json.ts';
import { REVOCATION_KINDS, type RevocationKind } from '../shared-state/revocation-mark.ts';
import { malformed } from './errors.ts';
import { parseSubject, type Revoked, revokedBy } from './log-events.ts';

const VERSION = 1;
/** The function itself schedules a flush at most 77 s ahead. The clocks of its instances may differ. */
const FARTHEST_FLUSH_MS = 300_000;

/** What one of our own programs asks for. */
export interface MarkRequest {
  /** For a check only: the message is refused if it differs from the function's own. */
  readonly issuer?: string;
  readonly subject: string;
  readonly kind: RevocationKind;
  /** Epoch milliseconds. @default when the queue received the message, which does not depend on the sender's clock */
  readonly timeMs?: number;
}

/** A flush that is due later. */
export interface DueFlush {
  /** A flush that starts at this time or later, in epoch milliseconds, is enough. */
  readonly dueMs: number;
  /** Whether there were too many attempts: if this one fails as well, the message goes to the dead-letter queue. */
  readonly isLast: boolean;
}

export type Message =
  /** `undefined`: an event that revokes nothing. */
  | { readonly type: 'mark'; readonly mark: (Revoked & { readonly timeMs: number }) | undefined }
  | { readonly type: 'flush'; readonly flush: DueFlush };

/** When a message arrived, and at which function. */
export interface Receipt {
  /** The issuer of the function's configuration. */
  readonly issuer: string;
  /** When the queue received the message, in epoch milliseconds. */
  readonly sentMs: number;
  readonly nowMs: number;
}

export function markMessage(request: MarkRequest): string {
  return JSON.stringify({ version: VERSION, ...request });
}

export function flushMessage({ dueMs, isLast }: DueFlush): string {
  return JSON.stringify({ version: VERSION, flush: { dueMs, isLast } });
}

/**
 * Parses a message. A time in the future counts as now.
 *
 * @throws RevocationError `message_malformed`, without anything of the message in it
 */
export function parseMessage(body: string, receipt: Receipt): Message {
  const message = parseJson(body);
  if (!isJsonObject(message)) throw malformed('The message is not a JSON object.');
  if (!('version' in message)) return { type: 'mark', mark: parseLogEvent(message, receipt) };
  if (message.version !== VERSION) throw malformed(`The message has another version; expected ${VERSION}.`);
  if ('flush' in message) return { type: 'flush', flush: parseFlush(message, receipt) };
  return { type: 'mark', mark: parseMark(message, receipt) };
}

function parseLogEvent(event: JsonObject, { nowMs }: Receipt): (Revoked & { readonly timeMs: number }) | undefined {
  assertMembers(event, ['type', 'date', 'user', 'path']);
  const revoked = revokedBy(event);
  if (revoked === undefined) return undefined;
  return { ...revoked, timeMs: Math.min(parseDate(event.date), nowMs) };
}

function parseMark(message: JsonObject, { issuer, sentMs, nowMs }: Receipt): Revoked & { readonly timeMs: number } {
  assertMembers(message, ['version', 'issuer', 'subject', 'kind', 'timeMs']);
  const kind = REVOCATION_KINDS.find((known) => known === message.kind);
  if (kind === undefined) throw malformed(`The message has no kind. Expected one of ${REVOCATION_KINDS.join(', ')}.`);
  if (message.issuer !== undefined && message.issuer !== issuer) throw malformed('The message is for another issuer.');
  const { timeMs = sentMs } = message;
  return { subject: parseSubject(message.subject), kind, timeMs: Math.min(parseWholeNumber(timeMs), nowMs) };
}

function parseFlush(message: JsonObject, { nowMs }: Receipt): DueFlush {
  assertMembers(message, ['version', 'flush']);
  const { dueMs: due, isLast } = isJsonObject(message.flush) ? message.flush : {};
  const dueMs = parseWholeNumber(due);
  // It would be sent again and again until then.
  if (dueMs > nowMs + FARTHEST_FLUSH_MS) throw malformed('The flush is due too far in the future.');
  if (typeof isLast !== 'boolean') throw malformed('The message does not say whether it is the last attempt.');
  return { dueMs, isLast };
}

/** An unexpected member may change the meaning, or hold something that must not be passed on. */
function assertMembers(message: JsonObject, expected: readonly string[]): void {
  if (Object.keys(message).every((name) => expected.includes(name))) return;
  throw malformed(`The message has other members than ${expected.join(', ')}.`);
}

function parseWholeNumber(value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw malformed('A number in the message is missing, or it is not a whole number.');
}

/** @see https://auth0.com/docs/tenant-logs/management-success/sapi for the format, ISO 8601 in UTC */
function parseDate(date: unknown): number {
  const isDate = typeof date === 'string' && /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?Z$/.test(date);
  const timeMs = isDate ? Date.parse(date) : Number.NaN;
  if (Number.isNaN(timeMs)) throw malformed('The log event has no date in ISO 8601 and UTC.');
  return timeMs;
}
