/** Reads the lines of a deployment's logs: decisions of the authorizer, and what happened to app specific passwords. Lines are not trusted. */
import { isJsonObject, type JsonObject, parseJson } from '../../core/json.ts';
import type { LogEvent } from '../ports.ts';

/** Every line that is shown contains this word, and the runtime's own lines do not. */
export const PHRASE = 'event';

const DECISION = 'authorization_decision';
const APP_PASSWORD = 'app_password';

/** The text before may have a brace. */
const RECORD_START = '{"';

const OUTCOMES = ['allow', 'deny', 'unauthenticated', 'unavailable'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** Absent members are `null`, as programs see them. */
export interface DecisionLine {
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly event: typeof DECISION;
  readonly outcome: Outcome;
  readonly reason: string;
  readonly kind: string | null;
  readonly carrier: string | null;
  readonly method: string | null;
  readonly route: string | null;
  /** The subject, or a digest of it. */
  readonly sub: string | null;
  readonly cacheHit: boolean;
  readonly sharedCache: string | null;
  readonly durationMs: number | null;
  readonly issuerCalls: number | null;
  readonly requestId: string | null;
  readonly message: string | null;
}

export interface AppPasswordLine {
  readonly time: string;
  readonly event: typeof APP_PASSWORD;
  /** What was asked for, such as `create`. */
  readonly action: string;
  /** What came of it, such as `created` or `refused`. */
  readonly outcome: string;
  readonly sub: string | null;
  readonly clientId: string | null;
  readonly passwordId: string | null;
  /** The code of the problem, if there was one. */
  readonly code: string | null;
}

export type LogLine = DecisionLine | AppPasswordLine;

export function isDecision(line: LogLine): line is DecisionLine {
  return line.event === DECISION;
}

/** Finds the outcome with this name; `undefined` if there is none. */
export function outcomeNamed(name: unknown): Outcome | undefined {
  return OUTCOMES.find((outcome) => outcome === name);
}

/** The lines of an event that are known. Some runtimes put several lines into one event, and text before the JSON. */
export function linesOf({ timeMs, message }: LogEvent): readonly LogLine[] {
  const date = new Date(timeMs);
  if (Number.isNaN(date.getTime())) return [];
  const time = date.toISOString();
  return message.split(/\r?\n/).flatMap((text) => {
    const start = text.indexOf(RECORD_START);
    const record = start === -1 ? undefined : parseJson(text.slice(start));
    return isJsonObject(record) ? lineOf(time, record) : [];
  });
}

function lineOf(time: string, record: JsonObject): readonly LogLine[] {
  if (record.event === DECISION) return decisionOf(time, record);
  return record.event === APP_PASSWORD ? appPasswordOf(time, record) : [];
}

function appPasswordOf(time: string, record: JsonObject): readonly AppPasswordLine[] {
  const action = textIn(record.action);
  const outcome = textIn(record.outcome);
  if (action === null || outcome === null) return [];
  return [
    {
      time,
      event: APP_PASSWORD,
      action,
      outcome,
      sub: textIn(record.sub),
      clientId: textIn(record.clientId),
      passwordId: textIn(record.passwordId),
      code: textIn(record.code),
    },
  ];
}

function decisionOf(time: string, record: JsonObject): readonly DecisionLine[] {
  const outcome = outcomeNamed(record.outcome);
  const reason = textIn(record.reason);
  if (outcome === undefined || reason === null) return [];
  return [
    {
      time,
      event: DECISION,
      outcome,
      reason,
      kind: textIn(record.kind),
      carrier: textIn(record.carrier),
      method: textIn(record.method),
      route: textIn(record.resourcePath),
      sub: textIn(record.sub),
      cacheHit: record.cacheHit === true,
      sharedCache: textIn(record.sharedCache),
      durationMs: numberIn(record.durationMs),
      issuerCalls: numberIn(record.issuerCalls),
      requestId: textIn(record.requestId),
      message: textIn(record.message),
    },
  ];
}

function textIn(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function numberIn(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}
