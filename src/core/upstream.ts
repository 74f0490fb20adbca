/**
 * One endpoint of the authorization server, with the discipline of every call to it: within the decision's deadline, one
 * retry where that can help, `Retry-After` obeyed, a cool-down after repeated failures, and the last of the rate limit
 * left to others. It does not read the answers.
 */
import { type Attempt, type FailedAttempt, judgeFailure, judgeResponse } from './attempt.ts';
import type { Clock } from './clock.ts';
import { CoolDown } from './cool-down.ts';
import { UpstreamError, type UpstreamErrorCode } from './errors.ts';
import { HttpFailure, type HttpPort, type HttpRequest, type HttpResponse } from './http.ts';
import { isNearlyUsedUp, rateLimitOf, retryAfterMs } from './rate-limit.ts';

/** What one decision may spend, for whom it is made, and who watches. */
export interface CallContext {
  /** Epoch milliseconds by which all upstream calls of one decision must have ended. */
  readonly deadlineMs: number;
  /** The caller's IP as the gateway saw it; never taken from a header that the caller wrote. */
  readonly callerIp?: string;
  readonly observe?: UpstreamObserver | undefined;
}

/** What happened on the way to an answer, for logs and metrics. */
export type UpstreamEvent =
  | {
      readonly kind: 'attempt';
      readonly endpoint: Endpoint;
      readonly durationMs: number;
      readonly outcome: 'answer' | UpstreamErrorCode;
      readonly isRetry: boolean;
    }
  | { readonly kind: 'cool_down'; readonly endpoint: Endpoint; readonly durationMs: number };

export type UpstreamObserver = (event: UpstreamEvent) => void;

/** What an endpoint is for. */
export type Endpoint = 'introspection' | 'token' | 'jwks';

/** What an upstream call is made with: all of it handed in. */
export interface UpstreamPorts {
  readonly http: HttpPort;
  readonly clock: Clock;
  /** Resolves after so many milliseconds. */
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** A number from 0 up to, not including, 1. */
  readonly random: () => number;
}

/** Makes the request of one attempt; called anew for each, since an assertion can be used once only. */
export type RequestFactory = () => Omit<HttpRequest, 'timeoutMs'>;

/** Says that a 429 is an answer about this credential, not a rate limit. */
export type IsAnswer = (response: HttpResponse) => boolean;

const ATTEMPT_TIMEOUT_MS = 3000;
const RETRY_JITTER_MS = { least: 50, spread: 100 };
/** Too little time left to expect an answer. */
const LEAST_USEFUL_MS = 50;

/** An endpoint that is called over and over. */
export class Upstream {
  readonly #endpoint: Endpoint;
  readonly #ports: UpstreamPorts;
  readonly #coolDown: CoolDown;

  constructor(endpoint: Endpoint, ports: UpstreamPorts) {
    this.#endpoint = endpoint;
    this.#ports = ports;
    this.#coolDown = new CoolDown(ports.clock);
  }

  /**
   * Sends a request, a second time if the first attempt failed in a way that may pass.
   *
   * @returns an answer of status 2xx or 4xx, but never a rate limit
   * @throws UpstreamError `upstream_unavailable`, `upstream_timeout`, `upstream_throttled`, `upstream_malformed` or
   *   `upstream_cooling_down`
   */
  async send(makeRequest: RequestFactory, context: CallContext, isAnswer: IsAnswer = () => false) {
    this.#coolDown.assertOver();
    const first = await this.#attempt(makeRequest, context, isAnswer, false);
    if (first.outcome === 'answer') return this.#succeed(first.response, context);
    const waitMs = this.#retryAfterMs(first);
    if (waitMs === undefined || !this.#hasTime(context, waitMs)) throw this.#fail(first, context);
    await this.#ports.sleep(waitMs);
    const second = await this.#attempt(makeRequest, context, isAnswer, true);
    if (second.outcome === 'answer') return this.#succeed(second.response, context);
    throw this.#fail(second, context);
  }

  async #attempt(makeRequest: RequestFactory, context: CallContext, isAnswer: IsAnswer, isRetry: boolean) {
    const startedAtMs = this.#ports.clock();
    const timeoutMs = Math.min(ATTEMPT_TIMEOUT_MS, context.deadlineMs - startedAtMs);
    // Not the server's failure, so it does not count towards a cool-down.
    if (timeoutMs < LEAST_USEFUL_MS) throw new UpstreamError('upstream_timeout', 'The deadline has passed.');
    const attempt = await this.#try({ ...makeRequest(), timeoutMs }, isAnswer);
    context.observe?.({
      kind: 'attempt',
      endpoint: this.#endpoint,
      durationMs: this.#ports.clock() - startedAtMs,
      outcome: attempt.outcome === 'answer' ? 'answer' : attempt.error.code,
      isRetry,
    });
    return attempt;
  }

  async #try(request: HttpRequest, isAnswer: IsAnswer): Promise<Attempt> {
    try {
      const response = await this.#ports.http(request);
      return isAnswer(response) ? { outcome: 'answer', response } : judgeResponse(response);
    } catch (error) {
      if (error instanceof HttpFailure) return judgeFailure(error);
      throw error;
    }
  }

  #retryAfterMs({ retry, response }: FailedAttempt): number | undefined {
    const { least, spread } = RETRY_JITTER_MS;
    if (retry === 'soon') return least + this.#ports.random() * spread;
    return retry === 'when_told' ? retryAfterMs(response?.headers ?? {}, this.#ports.clock()) : undefined;
  }

  #hasTime({ deadlineMs }: CallContext, waitMs: number): boolean {
    return this.#ports.clock() + waitMs + LEAST_USEFUL_MS <= deadlineMs;
  }

  #succeed(response: HttpResponse, { observe }: CallContext): HttpResponse {
    this.#coolDown.succeed();
    // A refused login may speak of one user's attempts: that must not cost all others theirs.
    const rateLimit = response.status < 300 ? rateLimitOf(response.headers) : undefined;
    if (rateLimit && isNearlyUsedUp(rateLimit)) {
      const untilResetMs = Math.max(rateLimit.resetsAtMs - this.#ports.clock(), 0);
      this.#tell(this.#coolDown.throttle(untilResetMs, 'The last of the rate limit is left to others.'), observe);
    }
    return response;
  }

  #fail(attempt: FailedAttempt, { observe }: CallContext): UpstreamError {
    const { error, retry } = attempt;
    const durationMs =
      retry === 'when_told'
        ? this.#coolDown.throttle(
            this.#retryAfterMs(attempt) ?? 0,
            'The server is left alone until its rate limit is over.',
          )
        : this.#coolDown.fail();
    this.#tell(durationMs, observe);
    return error;
  }

  #tell(durationMs: number, observe: UpstreamObserver | undefined): void {
    if (durationMs > 0) observe?.({ kind: 'cool_down', endpoint: this.#endpoint, durationMs });
  }
}
