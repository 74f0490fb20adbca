/** The log record of a decision: the reason, the time, and the calls to the issuer and to shared tables. Never a credential. */
import type { AuthorizationRequest, DecisionEvent } from '../../src/authorizer/authorizer.ts';
import type { Decision } from '../../src/authorizer/decision.ts';
import { parseCredential } from '../../src/core/credential.ts';
import { subjectDigest } from '../../src/core/principal.ts';
import { isCompactJws } from '../../src/issuer/jwt.ts';
import type { TableEvent } from '../../src/shared-state/table-access.ts';

/** A decision, and what led to it. */
export interface Decided {
  readonly request: AuthorizationRequest;
  readonly decision: Decision;
  readonly durationMs: number;
  readonly events: readonly DecisionEvent[];
  readonly requestId?: string | undefined;
  readonly traceId?: string | undefined;
}

/** One flat record; `docs/reason-codes.md` explains `reason`. */
export interface DecisionRecord {
  /** API Gateway's id of the request, which the caller gets too. */
  readonly requestId?: string | undefined;
  /** The id in the caller's `traceparent`. */
  readonly traceId?: string | undefined;
  readonly outcome: Decision['outcome'];
  /** A reason code, or `allowed`. */
  readonly reason: string;
  /** The kind of the credential, as far as its form shows. */
  readonly kind: 'jwt' | 'opaque' | 'basic' | 'none';
  /** What carried a token: the secret of a Basic credential, or a WebSocket's subprotocol. Absent for `Authorization: Bearer`. */
  readonly carrier?: 'basic' | 'subprotocol' | undefined;
  readonly method: string;
  /** The API's own name for the route, never the requested path. */
  readonly resourcePath: string;
  readonly cacheHit: boolean;
  readonly durationMs: number;
  readonly issuerMs: number;
  readonly issuerCalls: number;
  readonly issuerRetries: number;
  /** The endpoints whose calls pause from now on, and for how long: `introspection 2000 ms`. */
  readonly circuitOpenings: readonly string[];
  /** Whether the shared cache had the credential, if it was asked: `hit`, `miss`, or why it could not be used. */
  readonly sharedCache?: TableEvent['outcome'] | undefined;
  /** The calls to shared tables that failed: `marks read timeout`. Absent if there are none. */
  readonly tableFailures?: readonly string[] | undefined;
  /** The subject, or a digest of it. */
  readonly sub?: string;
  readonly tokenType?: string;
  /** What exactly was wrong, if the credential was refused or could not be checked. For the operator only. */
  readonly message?: string;
}

const TABLE_SUCCESSES: ReadonlySet<TableEvent['outcome']> = new Set(['hit', 'miss', 'written']);

export interface RecordSettings {
  /** Write the subject itself, not a digest of it. */
  readonly logSubject: boolean;
  /** The user names whose Basic secret is a token. */
  readonly basicTokenUsers: readonly string[];
}

export function decisionRecord(
  { request, decision, durationMs, events, requestId, traceId }: Decided,
  { logSubject, basicTokenUsers }: RecordSettings,
): DecisionRecord {
  const attempts = events.filter((event) => event.kind === 'attempt');
  const circuitOpenings = events.filter((event) => event.kind === 'circuit_opened');
  const tableCalls = events.filter((event) => event.kind === 'table');
  const tableFailures = tableCalls.filter(({ outcome }) => !TABLE_SUCCESSES.has(outcome));
  return {
    // Absent in JSON if `undefined`. Spreading them here would make the whole record three times as slow to serialize.
    requestId,
    traceId,
    outcome: decision.outcome,
    reason: 'reason' in decision ? decision.reason : 'allowed',
    ...kindOf(request, basicTokenUsers),
    method: request.method,
    resourcePath: request.resourcePath,
    cacheHit: 'cacheHit' in decision && decision.cacheHit,
    durationMs: Math.round(durationMs),
    issuerMs: attempts.reduce((sum, attempt) => sum + attempt.durationMs, 0),
    issuerCalls: attempts.length,
    issuerRetries: attempts.filter(({ isRetry }) => isRetry).length,
    circuitOpenings: circuitOpenings.map((event) => `${event.endpoint} ${event.durationMs} ms`),
    sharedCache: tableCalls.find(({ table, operation }) => table === 'cache' && operation === 'read')?.outcome,
    tableFailures:
      tableFailures.length === 0
        ? undefined
        : tableFailures.map(({ table, operation, outcome }) => `${table} ${operation} ${outcome}`),
    ...('principal' in decision
      ? {
          sub: logSubject ? decision.principal.subject : subjectDigest(decision.principal.subject),
          tokenType: decision.principal.tokenType,
        }
      : {}),
    ...('message' in decision ? { message: decision.message } : {}),
  };
}

type KindAndCarrier = Pick<DecisionRecord, 'kind' | 'carrier'>;

function kindOf({ authorization, carrier }: AuthorizationRequest, tokenUsers: readonly string[]): KindAndCarrier {
  const [value = ''] = authorization;
  const [, scheme = '', rest = ''] = /^\s*(bearer|dpop|basic) +(.*)$/is.exec(value) ?? [];
  if (scheme === '') return { kind: 'none', carrier };
  if (scheme.toLowerCase() !== 'basic') return { kind: kindOfToken(rest), carrier };
  const token = tokenUsers.length === 0 ? undefined : tokenIn(value, tokenUsers);
  return token === undefined ? { kind: 'basic' } : { kind: kindOfToken(token), carrier: 'basic' };
}

function kindOfToken(token: string): 'jwt' | 'opaque' {
  return isCompactJws(token) ? 'jwt' : 'opaque';
}

/** The token in a Basic credential; `undefined` if it has a password, or is malformed. */
function tokenIn(value: string, tokenUsers: readonly string[]): string | undefined {
  try {
    const credential = parseCredential([value], tokenUsers);
    return credential.kind === 'bearer' ? credential.token : undefined;
  } catch {
    return undefined;
  }
}
