/**
 * The audit of app specific passwords: a line of the log with its metrics, and an event for the operator. The line names users only by
 * a digest, the same one as in the authorizer's log. Nothing here holds the value of a password.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
import { APP_PASSWORD_METRICS, METRIC_NAMESPACE } from '../config/metrics.ts';
import { describeFailure, type Failure } from '../core/failure.ts';
import { subjectDigest } from '../core/principal.ts';
import { SetupError } from '../management/errors.ts';
import type { AppPasswordEvent, AppPasswordPorts } from './ports.ts';

/** What happened. */
export interface AuditRecord {
  readonly action: string;
  readonly outcome: Exclude<keyof typeof APP_PASSWORD_METRICS, 'overdue'> | 'failed';
  /** The user's `sub`; `undefined` if the caller is not known. */
  readonly subject: string | undefined;
  readonly clientId?: string | undefined;
  readonly passwordId?: string | undefined;
  readonly scopes?: readonly string[] | undefined;
  /** Epoch seconds. */
  readonly expiresAt?: number | undefined;
  /** The code of the problem that was reported. */
  readonly code?: string | undefined;
  readonly failure?: Failure | undefined;
}

type Ports = Pick<AppPasswordPorts, 'clock' | 'log' | 'notify'>;

/** Writes the line of what happened. */
export function audit({ clock, log }: Ports, audience: string, { subject, ...record }: AuditRecord): void {
  const metric = record.outcome === 'failed' ? undefined : APP_PASSWORD_METRICS[record.outcome];
  const line = {
    event: 'app_password',
    audience,
    ...(subject !== undefined && { sub: subjectDigest(subject) }),
    ...record,
    ...(metric !== undefined && { [metric]: 1, _aws: directive(metric, clock()) }),
  };
  log(JSON.stringify(line));
}

function directive(Name: string, Timestamp: number): object {
  const Metrics = [{ Name, Unit: 'Count' }];
  return { Timestamp, CloudWatchMetrics: [{ Namespace: METRIC_NAMESPACE, Dimensions: [['audience']], Metrics }] };
}

/** Sends an event to the operator's bus, if there is one. What has happened stays, so a failure is only logged. */
export async function notify(ports: Ports, audience: string, event: AppPasswordEvent): Promise<void> {
  try {
    await ports.notify?.(event);
  } catch (error) {
    const { subject, passwordId } = event;
    audit(ports, audience, { action: 'notify', outcome: 'failed', subject, passwordId, failure: safeFailure(error) });
  }
}

/** Describes an error for the log. The message of an error of the Management API may hold the tenant's text, so it is left out. */
export function safeFailure(error: unknown): Failure {
  if (!(error instanceof SetupError)) return describeFailure(error);
  return { code: error.code, reason: REASONS[error.code] ?? 'The tenant refused the request.' };
}

const REASONS: Readonly<Partial<Record<SetupError['code'], string>>> = {
  management_client_refused: 'The tenant refused the client in appPasswordsSecret.',
  management_scope_missing:
    'The client in appPasswordsSecret lacks a scope; expected read, create and delete:user_application_passwords.',
  management_throttled: 'The rate limit of the tenant is used up.',
  management_unavailable: 'The tenant did not respond in time.',
  management_malformed: 'The response of the tenant is malformed.',
};
