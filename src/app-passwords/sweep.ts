/**
 * The sweep: deletes the app specific passwords that have expired, every minute. What fails is tried again a minute later, and is reported
 * as overdue after five minutes.
 */
import { APP_PASSWORD_METRICS, METRIC_NAMESPACE } from '../config/metrics.ts';
import { type EndingPorts, endPasswords } from './end-passwords.ts';
import type { Expiry } from './ports.ts';

export interface SweepSettings {
  readonly audience: string;
  /** Epoch milliseconds by which the sweep must have ended. */
  readonly endMs: number;
}

/** How many passwords one sweep reads: more than it can delete, so that some that always fail do not hide the others. */
const BATCH = 1000;
const MINUTE_MS = 60_000;
const GOLDEN_RATIO = (1 + Math.sqrt(5)) / 2;
const OVERDUE_SECONDS = 300;
/** Before its end, no other password is begun: what was begun needs this long. */
const LAST_MS = 12_000;
/** The next sweep comes after a minute, and two at a time have no use. */
const LONGEST_MS = 50_000;

/** Deletes what is due. Throws only if the table cannot be read: every other failure is a line of the log. */
export async function sweep(ports: EndingPorts, { audience, endMs }: SweepSettings): Promise<void> {
  const nowMs = ports.clock();
  const due = await ports.expiries.due(Math.floor(nowMs / 1000), BATCH);
  const { left } = await endPasswords(ports, inTurn(due, nowMs), {
    audience,
    outcome: 'expired',
    endMs: Math.min(endMs - LAST_MS, nowMs + LONGEST_MS),
  });
  report(ports, audience, left);
}

/**
 * Begins elsewhere each minute, so that passwords that always fail do not block the others. Multiples of the golden ratio are spread evenly:
 * however many passwords are due, and however few of them a sweep can try, each has its turn.
 */
function inTurn(due: readonly Expiry[], nowMs: number): readonly Expiry[] {
  const turn = (Math.floor(nowMs / MINUTE_MS) * GOLDEN_RATIO) % 1;
  const start = Math.floor(turn * due.length);
  return [...due.slice(start), ...due.slice(0, start)];
}

/** Writes the metric each time, so that its absence shows that the sweep does not run. */
function report({ clock, log }: EndingPorts, audience: string, left: readonly Expiry[]): void {
  const since = clock() / 1000 - OVERDUE_SECONDS;
  const Metrics = [{ Name: APP_PASSWORD_METRICS.overdue, Unit: 'Count' }];
  const line = {
    event: 'app_password_sweep',
    audience,
    left: left.length,
    [APP_PASSWORD_METRICS.overdue]: left.filter(({ expiresAt }) => expiresAt < since).length,
    _aws: {
      Timestamp: clock(),
      CloudWatchMetrics: [{ Namespace: METRIC_NAMESPACE, Dimensions: [['audience']], Metrics }],
    },
  };
  log(JSON.stringify(line));
}
