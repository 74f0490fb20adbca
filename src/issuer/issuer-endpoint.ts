/**
 * One endpoint of the authorization server, with the discipline of every call to it: within the decision's deadline, one
 * retry where that can help, `Retry-After` obeyed, a cool-down after repeated outages, and the last of the rate limit
 * left to others. It does not read the responses, but keeps what one caller's credential provokes from stopping others.
 */

import type { Clock } from '../core/clock.ts';
import { IssuerError, type IssuerErrorCode } from '../core/errors.ts';
import { HttpFailure, type HttpPort, type HttpRequest, type HttpResponse } from '../core/http.ts';
import { type Attempt, classifyFailure, classifyResponse, type FailedAttempt } from './attempt.ts';
import { CircuitBreaker } from './circuit-breaker.ts';
import { isNearlyUsedUp, rateLimitOf, retryAfterMs } from './rate-limit.ts';

/** What one decision may spend, for whom it is made, and who watches. */
export interface CallContext {
  /** Epoch milliseconds by which all upstream calls of one decision must have ended. */
  readonly deadlineMs: number;
  /** The caller's IP as the gateway saw it; never taken from a header that the caller wrote. */
  readonly callerIp?: string;
  readonly observe?: IssuerObserver | undefined;
}

/** What happened on the way to an answer, for logs and metrics. */
export type IssuerEvent =
  | {
      readonly kind: 'attempt';
      readonly endpoint: Endpoint;
      readonly durationMs: number;
      readonly outcome: 'answer' | IssuerErrorCode;
      readonly isRetry: boolean;
    }
  | { readonly kind: 'circuit_opened'; readonly endpoint: Endpoint; readonly durationMs: number };

export type IssuerObserver = (event: IssuerEvent) => void;

/** What an endpoint is for. */
export type Endpoint = 'introspection' | 'token' | 'jwks';

/** For all upstream calls of one decision together; HTTP API authorizers have 10 s in all. */
export const DECISION_DEADLINE_MS = 5000;

/** What an upstream call is made with: all of it handed in. */
export interface IssuerPorts {
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
export type IsResponse = (response: HttpResponse) => boolean;

const ATTEMPT_TIMEOUT_MS = 3000;
const RETRY_JITTER_MS = { least: 50, spread: 100 };
/** Too little time left to expect an answer. */
const LEAST_USEFUL_MS = 50;

/** An endpoint that is called over and over. */
export class IssuerEndpoint {
  readonly #endpoint: Endpoint;
  readonly #ports: IssuerPorts;
  readonly #coolDown: CircuitBreaker;

  constructor(endpoint: Endpoint, ports: IssuerPorts) {
    this.#endpoint = endpoint;
    this.#ports = ports;
    this.#coolDown = new CircuitBreaker(ports.clock);
  }

  /**
   * Sends a request, a second time if the first attempt failed in a way that may pass.
   *
   * @returns a response of status 2xx or 4xx, or of 5xx with an OAuth error, but never a rate limit
   * @throws IssuerError `issuer_unavailable`, `issuer_timeout`, `issuer_throttled`, `issuer_malformed` or
   *   `issuer_circuit_open`
   */
  async send(makeRequest: RequestFactory, context: CallContext, isAnswer: IsResponse = () => false) {
    this.#coolDown.assertClosed();
    const first = await this.#attempt(makeRequest, context, isAnswer, false);
    if (first.outcome === 'answer') return this.#succeed(first.response, context);
    const waitMs = this.#retryAfterMs(first);
    if (waitMs === undefined || !this.#hasTime(context, waitMs)) throw this.#fail(first, context);
    await this.#ports.sleep(waitMs);
    const second = await this.#attempt(makeRequest, context, isAnswer, true);
    if (second.outcome === 'answer') return this.#succeed(second.response, context);
    throw this.#fail({ ...second, isOutage: first.isOutage || second.isOutage }, context);
  }

  async #attempt(makeRequest: RequestFactory, context: CallContext, isAnswer: IsResponse, isRetry: boolean) {
    const startedAtMs = this.#ports.clock();
    const timeoutMs = Math.min(ATTEMPT_TIMEOUT_MS, context.deadlineMs - startedAtMs);
    // Not the server's failure, so it does not count towards a cool-down.
    if (timeoutMs < LEAST_USEFUL_MS) throw new IssuerError('issuer_timeout', 'The deadline has passed.');
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

  async #try(request: HttpRequest, isAnswer: IsResponse): Promise<Attempt> {
    try {
      const response = await this.#ports.http(request);
      return isAnswer(response) ? { outcome: 'answer', response } : classifyResponse(response);
    } catch (error) {
      if (!(error instanceof HttpFailure)) throw error;
      const failed = classifyFailure(error);
      // Cut short by the deadline: earlier calls of this decision have used up the time, perhaps for this user only.
      const isCutShort = error.reason === 'timeout' && request.timeoutMs < ATTEMPT_TIMEOUT_MS;
      return isCutShort ? { ...failed, isOutage: false } : failed;
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
    const untilResetMs = this.#untilResetMs(response);
    if (untilResetMs > DECISION_DEADLINE_MS) {
      this.#tell(this.#coolDown.throttle(untilResetMs, 'The last of the rate limit is left to others.'), observe);
    }
    return response;
  }

  /**
   * How long until there is more of a rate limit that is nearly used up; 0 if there is enough of it. A limit that is reset
   * within one decision's deadline needs no pause: a 429 can be waited for.
   */
  #untilResetMs({ status, headers }: HttpResponse): number {
    // The token endpoint may count the logins of one user, and an error one user's attempts.
    const rateLimit = this.#endpoint !== 'token' && status < 300 ? rateLimitOf(headers) : undefined;
    return rateLimit && isNearlyUsedUp(rateLimit) ? rateLimit.resetsAtMs - this.#ports.clock() : 0;
  }

  #fail(attempt: FailedAttempt, { observe }: CallContext): IssuerError {
    this.#tell(this.#leaveAlone(attempt), observe);
    return attempt.error;
  }

  /**
   * Begins a pause where the failure calls for one. A request for the keys carries no credential, so every failure
   * counts. At the other endpoints only an outage counts: any other response may be about the credential in the
   * request.
   *
   * @returns for how many milliseconds the server is left alone; 0 if the failure begins no pause
   */
  #leaveAlone(attempt: FailedAttempt): number {
    if (this.#endpoint !== 'jwks') return attempt.isOutage ? this.#coolDown.fail() : 0;
    if (attempt.retry !== 'when_told') return this.#coolDown.fail();
    const message = 'The server is left alone until its rate limit is over.';
    return this.#coolDown.throttle(this.#retryAfterMs(attempt) ?? 0, message);
  }

  #tell(durationMs: number, observe: IssuerObserver | undefined): void {
    if (durationMs > 0) observe?.({ kind: 'circuit_opened', endpoint: this.#endpoint, durationMs });
  }
}
