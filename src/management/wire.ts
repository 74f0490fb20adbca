/**
 * Sends one request to the tenant and reads one answer, with the discipline of every call: a timeout for each attempt, one
 * deadline for all, retries only where they help, redirects not followed, the body bounded and taken for JSON or nothing.
 */
import type { Clock } from '../core/clock.ts';
import { parseJson } from '../core/json.ts';
import { SetupError } from './errors.ts';
import { retryDelayMs } from './retry-delay.ts';

/** What is needed to reach the tenant; all of it handed in. */
export interface Wire {
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  /** Resolves after so many milliseconds. */
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Epoch milliseconds by which everything must have been answered. */
  readonly deadlineMs: number;
  /** The most that one attempt may take, to the last byte. */
  readonly attemptTimeoutMs: number;
}

export interface WireRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Whether sending it twice does no more than sending it once. By default true for everything but POST. */
  readonly isRepeatable?: boolean;
}

/** An answer of whatever status but 3xx, 429 and 5xx. */
export interface WireResponse {
  readonly status: number;
  /** Not trusted; `undefined` if there was no JSON in it. */
  readonly body: unknown;
}

type Attempt = (WireResponse & { readonly headers: Headers }) | Failure;

interface Failure {
  /** Why there is no answer. */
  readonly failure: string;
}

/** Lists of a hundred records are some 200 KB. */
const MOST_BODY_BYTES = 4_000_000;

/**
 * Sends a request, again if that may help and the deadline allows.
 *
 * @throws SetupError `management_throttled`, `management_unavailable` or `management_malformed`
 */
export async function send(wire: Wire, request: WireRequest): Promise<WireResponse> {
  const { isRepeatable = request.method !== 'POST' } = request;
  for (let attempt = 1; ; attempt += 1) {
    const result = await attemptOnce(wire, request);
    const outcome = 'failure' in result ? {} : result;
    const delayMs = retryDelayMs(outcome, { attempt, isRepeatable, nowMs: wire.clock() });
    const hasTime = delayMs !== undefined && wire.clock() + delayMs < wire.deadlineMs;
    if (!hasTime) return judge(request, result, delayMs);
    await wire.sleep(delayMs);
  }
}

async function attemptOnce(wire: Wire, request: WireRequest): Promise<Attempt> {
  const timeoutMs = Math.min(wire.attemptTimeoutMs, wire.deadlineMs - wire.clock());
  if (timeoutMs <= 0) return { failure: 'nothing, since its time is used up' };
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const response = await wire.fetch(request.url, { ...initOf(request), redirect: 'manual', signal });
    const text = await readText(response);
    return { status: response.status, headers: response.headers, body: parseJson(text) };
  } catch (error) {
    if (error instanceof SetupError) throw error;
    return { failure: signal.aborted ? `no answer within ${timeoutMs} ms` : describeFailure(error) };
  }
}

function initOf({ method, headers, json }: WireRequest): RequestInit {
  const accept = { accept: 'application/json', ...headers };
  if (json === undefined) return { method, headers: accept };
  return { method, headers: { ...accept, 'content-type': 'application/json' }, body: JSON.stringify(json) };
}

async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > MOST_BODY_BYTES) throw malformed(`with more than ${MOST_BODY_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function judge({ method, url }: WireRequest, attempt: Attempt, delayMs: number | undefined): WireResponse {
  const what = `${method} ${new URL(url).pathname}`;
  if ('failure' in attempt) throw unavailable(what, attempt.failure);
  const { status, body } = attempt;
  if (status === 429) throw throttled(what, delayMs);
  if (status >= 500 || status === 408) throw unavailable(what, `status ${status}`);
  if (status >= 300 && status < 400) throw malformed(`${what} with a redirect (${status}), which is not followed`);
  if (status < 300 && status !== 204 && body === undefined) throw malformed(`${what} with something that is not JSON`);
  return { status, body };
}

function throttled(what: string, delayMs: number | undefined): SetupError {
  const wait = delayMs === undefined ? 'again and again' : `and asked to wait ${Math.ceil(delayMs / 1000)} s`;
  return new SetupError(
    'management_throttled',
    `The tenant answered ${what} with 429 ${wait}, which is longer than the time allowed. Expected an answer within it; run it again later, or find out what else uses up the tenant's rate limit.`,
  );
}

function unavailable(what: string, got: string): SetupError {
  return new SetupError(
    'management_unavailable',
    `The tenant did not answer ${what}: got ${got}. Expected a JSON answer; check the tenant's URL and its status page, then run it again.`,
  );
}

function malformed(what: string): SetupError {
  return new SetupError(
    'management_malformed',
    `The tenant answered ${what}. Expected a JSON answer; check that the URL is that of the tenant itself (managementDomain), not of a proxy or page in front of it.`,
  );
}

/** Only the system's code is passed on, such as ECONNREFUSED: error objects of HTTP clients may carry the request. */
function describeFailure(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  return typeof code === 'string' && /^[A-Z0-9_]{1,40}$/.test(code) ? code : 'a broken connection';
}
