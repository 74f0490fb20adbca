/**
 * Sends one request to the tenant and reads one response. Every request follows the same rules: a timeout for each
 * attempt, one deadline for all work, retries only where they help. The HTTP port bounds the body and follows no redirect.
 */
import type { Clock } from '../core/clock.ts';
import { HttpFailure, type HttpPort, type HttpRequest, type HttpResponse } from '../core/http.ts';
import { parseJson } from '../core/json.ts';
import { SetupError } from './errors.ts';
import { retryDelayMs } from './retry-delay.ts';

/** What is needed to reach the tenant; all of it passed in. */
export interface TenantPorts {
  readonly http: HttpPort;
  readonly clock: Clock;
  /** Resolves after this many milliseconds. */
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Epoch milliseconds by which all work must be done. */
  readonly deadlineMs: number;
  /** The most that one attempt may take, to the last byte. */
  readonly attemptTimeoutMs: number;
}

export interface TenantRequest {
  readonly method: HttpRequest['method'];
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Makes the JSON of one attempt, if no two attempts may send the same. */
  readonly freshJson?: () => unknown;
  /** Whether sending it twice has the same effect as sending it once. By default true for everything but POST. */
  readonly isRepeatable?: boolean;
}

/** A response of any status but 3xx, 408, 429 and 5xx. */
export interface TenantResponse {
  readonly status: number;
  /** Not trusted; `undefined` if it is not JSON. */
  readonly body: unknown;
}

type Attempt = HttpResponse | Failure;

interface Failure {
  /** What came in place of a response. */
  readonly failure: string;
}

/** A list of a hundred records has about 200 KB. */
const MAXIMUM_BODY_BYTES = 4_000_000;
/** Some web application firewalls block requests without one. */
const USER_AGENT = 'auth0-api-authorizer';

/**
 * Sends a request, and sends it again if that may help and the deadline allows it.
 *
 * @throws SetupError `management_throttled`, `management_unavailable` or `management_malformed`
 */
export async function sendWithRetries(ports: TenantPorts, request: TenantRequest): Promise<TenantResponse> {
  const isRepeatable = isSafeToRepeat(request);
  for (let attempt = 1; ; attempt += 1) {
    const result = await attemptOnce(ports, request);
    const response = 'failure' in result ? {} : result;
    const delayMs = retryDelayMs(response, { attempt, isRepeatable, nowMs: ports.clock() });
    const hasTime = delayMs !== undefined && ports.clock() + delayMs < ports.deadlineMs;
    if (!hasTime) return readResponse(request, result, delayMs);
    await ports.sleep(delayMs);
  }
}

async function attemptOnce({ http, clock, ...limits }: TenantPorts, request: TenantRequest): Promise<Attempt> {
  const timeoutMs = Math.min(limits.attemptTimeoutMs, limits.deadlineMs - clock());
  if (timeoutMs <= 0) return { failure: 'nothing, because the time is used up' };
  try {
    return await http(httpRequest(request, timeoutMs));
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error;
    if (error.reason === 'too_large') throw malformed(`with more than ${MAXIMUM_BODY_BYTES} bytes`);
    return { failure: error.reason === 'timeout' ? `no response within ${timeoutMs} ms` : describeFailure(error) };
  }
}

function isSafeToRepeat({ method, isRepeatable = method !== 'POST' }: Pick<TenantRequest, 'method' | 'isRepeatable'>) {
  return isRepeatable;
}

function httpRequest(request: TenantRequest, timeoutMs: number): HttpRequest {
  const { method, url, headers, freshJson } = request;
  const json = freshJson ? freshJson() : request.json;
  // A request that is not repeated must not fail because an idle connection has died.
  const isOnOwnConnection = !isSafeToRepeat(request);
  const common = { method, url, timeoutMs, maximumBytes: MAXIMUM_BODY_BYTES, isOnOwnConnection };
  const accept = { accept: 'application/json', 'accept-encoding': 'identity', 'user-agent': USER_AGENT, ...headers };
  if (json === undefined) return { ...common, headers: accept };
  return { ...common, headers: { ...accept, 'content-type': 'application/json' }, body: JSON.stringify(json) };
}

function readResponse({ method, url }: TenantRequest, attempt: Attempt, delayMs: number | undefined): TenantResponse {
  const what = `${method} ${new URL(url).pathname}`;
  if ('failure' in attempt) throw unavailable(what, attempt.failure);
  const { status } = attempt;
  if (status === 429) throw throttled(what, delayMs);
  if (status >= 500 || status === 408) throw unavailable(what, `status ${status}`);
  if (status >= 300 && status < 400) throw malformed(`to ${what} with a redirect (${status}), which is not followed`);
  const body = parseJson(attempt.body);
  if (status < 300 && status !== 204 && body === undefined)
    throw malformed(`to ${what} with something that is not JSON`);
  return { status, body };
}

function throttled(what: string, delayMs: number | undefined): SetupError {
  const wait =
    delayMs === undefined
      ? 'again and again'
      : `and asked to wait ${Math.ceil(delayMs / 1000)} s, which is longer than the time allowed`;
  return new SetupError(
    'management_throttled',
    `The tenant responded to ${what} with 429 ${wait}. Expected a response in time; run it again later, or find out what else uses up the tenant's rate limit.`,
  );
}

function unavailable(what: string, got: string): SetupError {
  return new SetupError(
    'management_unavailable',
    `The request ${what} to the tenant failed: got ${got}. Expected a JSON response; check the tenant's URL and its status page, then run it again.`,
  );
}

function malformed(what: string): SetupError {
  return new SetupError(
    'management_malformed',
    `The tenant responded ${what}. Expected a JSON response; check that the URL is that of the tenant itself (managementDomain), not of a proxy or page in front of it.`,
  );
}

/** Only the system's code is passed on, such as ECONNREFUSED: the rest of the error may hold the request. */
function describeFailure({ reason, cause }: HttpFailure): string {
  if (reason === 'not_text') return 'a body that is not UTF-8';
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  return typeof code === 'string' && /^[A-Z0-9_]{1,40}$/.test(code) ? code : 'a broken connection';
}
