/**
 * Calls one endpoint of the issuer. Each call respects the decision's deadline and `Retry-After`, and is retried once
 * if that can help. After repeated outages the calls pause, and the last part of the rate limit is left to others. A
 * failure that one caller's credential causes never stops other callers.
 */
import type { Clock } from '../core/clock.ts';
import { IssuerError, type IssuerErrorCode } from '../core/errors.ts';
import { HttpFailure, type HttpPort, type HttpRequest, type HttpResponse } from '../core/http.ts';
import { type Attempt, classifyFailure, classifyResponse, type FailedAttempt } from './attempt.ts';
import { CircuitBreaker } from './circuit-breaker.ts';
import { isNearlyUsedUp, rateLimitOf, retryAfterMs } from './rate-limit.ts';

/** The context of one decision. */
export interface CallContext {
  /** Epoch milliseconds by which all calls of the decision must have ended. */
  readonly deadlineMs: number;
  /** The caller's IP address as the gateway saw it, never from a header that the caller wrote. */
  readonly callerIp?: string | undefined;
  /** The address that a CDN in front of the gateway vouches for; resolves to `undefined` if there is none. */
  readonly viewerAddress?: (() => Promise<string | undefined>) | undefined;
  readonly observe?: IssuerObserver | undefined;
}

/** What happened during a call, for logs and metrics. */
export type IssuerEvent =
  | {
      readonly kind: 'attempt';
      readonly endpoint: Endpoint;
      readonly durationMs: number;
      readonly outcome: 'response' | IssuerErrorCode;
      readonly isRetry: boolean;
    }
  | { readonly kind: 'circuit_opened'; readonly endpoint: Endpoint; readonly durationMs: number };

export type IssuerObserver = (event: IssuerEvent) => void;

/** The purpose of an endpoint. */
export type Endpoint = 'introspection' | 'token' | 'jwks';

/** The time limit for all calls of one decision together. An HTTP API waits 10 s for its authorizer. */
export const DECISION_DEADLINE_MS = 5000;

/** The ports that a call needs. */
export interface IssuerPorts {
  readonly http: HttpPort;
  readonly clock: Clock;
  /** Resolves after this many milliseconds. */
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Returns a number from 0 up to, but not including, 1. */
  readonly random: () => number;
}

/** Makes the request for one attempt. It is called for each attempt, because an assertion can be used only once. */
export type RequestFactory = () => Omit<HttpRequest, 'timeoutMs'>;

/** Returns whether a 429 is a response about this credential, and not a rate limit. */
export type IsAboutCredential = (response: HttpResponse) => boolean;

const ATTEMPT_TIMEOUT_MS = 3000;
/** Shorter, so that a caller who has waited for an early request still has time for another one. */
const EARLY_TIMEOUT_MS = 1500;
const RETRY_JITTER_MS = { least: 50, spread: 100 };
/** With less time than this left, no response can be expected. */
const LEAST_USEFUL_MS = 50;

/** An endpoint with its circuit breaker, for all calls of a process. */
export class IssuerEndpoint {
  readonly #endpoint: Endpoint;
  readonly #ports: IssuerPorts;
  readonly #circuit: CircuitBreaker;

  constructor(endpoint: Endpoint, ports: IssuerPorts) {
    this.#endpoint = endpoint;
    this.#ports = ports;
    this.#circuit = new CircuitBreaker(ports.clock);
  }

  /**
   * Sends a request once, before any caller needs its response. A failure does not count for the circuit breaker, because the execution
   * environment may be frozen while the request is under way.
   *
   * @returns a response of any status
   * @throws HttpFailure
   */
  sendEarly(request: Omit<HttpRequest, 'timeoutMs'>): Promise<HttpResponse> {
    return this.#ports.http({ ...request, timeoutMs: EARLY_TIMEOUT_MS });
  }

  /**
   * Sends a request. Sends it again if the first failure may be temporary.
   *
   * @returns a response of status 2xx or 4xx, or of 5xx with an OAuth error, but never a rate limit
   * @throws IssuerError `issuer_unavailable`, `issuer_timeout`, `issuer_throttled`, `issuer_malformed` or
   *   `issuer_circuit_open`
   */
  async send(makeRequest: RequestFactory, context: CallContext, isAboutCredential: IsAboutCredential = () => false) {
    this.#circuit.assertClosed();
    const first = await this.#attempt(makeRequest, context, isAboutCredential, false);
    if (first.outcome === 'response') return this.#succeed(first.response, context);
    const waitMs = this.#retryAfterMs(first);
    if (waitMs === undefined || !this.#hasTime(context, waitMs)) throw this.#fail(first, context);
    await this.#ports.sleep(waitMs);
    const second = await this.#attempt(makeRequest, context, isAboutCredential, true);
    if (second.outcome === 'response') return this.#succeed(second.response, context);
    throw this.#fail({ ...second, isOutage: first.isOutage || second.isOutage }, context);
  }

  async #attempt(
    makeRequest: RequestFactory,
    context: CallContext,
    isAboutCredential: IsAboutCredential,
    isRetry: boolean,
  ) {
    const startedAtMs = this.#ports.clock();
    const timeoutMs = Math.min(ATTEMPT_TIMEOUT_MS, context.deadlineMs - startedAtMs);
    // Not a failure of the server, so the circuit breaker does not count it.
    if (timeoutMs < LEAST_USEFUL_MS) throw new IssuerError('issuer_timeout', 'The deadline has passed.');
    const attempt = await this.#try({ ...makeRequest(), timeoutMs }, isAboutCredential);
    context.observe?.({
      kind: 'attempt',
      endpoint: this.#endpoint,
      durationMs: this.#ports.clock() - startedAtMs,
      outcome: attempt.outcome === 'response' ? 'response' : attempt.error.code,
      isRetry,
    });
    return attempt;
  }

  async #try(request: HttpRequest, isAboutCredential: IsAboutCredential): Promise<Attempt> {
    try {
      const response = await this.#ports.http(request);
      return isAboutCredential(response) ? { outcome: 'response', response } : classifyResponse(response);
    } catch (error) {
      if (!(error instanceof HttpFailure)) throw error;
      const failed = classifyFailure(error);
      // The deadline cut the attempt short: earlier calls of this decision used up the time, perhaps for this user only.
      const isCutShort = error.reason === 'timeout' && request.timeoutMs < ATTEMPT_TIMEOUT_MS;
      return isCutShort ? { ...failed, isOutage: false, isCutShort } : failed;
    }
  }

  #retryAfterMs({ retry, response }: FailedAttempt): number | undefined {
    const { least, spread } = RETRY_JITTER_MS;
    if (retry === 'soon') return least + this.#ports.random() * spread;
    return retry === 'when_allowed' ? retryAfterMs(response?.headers ?? {}, this.#ports.clock()) : undefined;
  }

  #hasTime({ deadlineMs }: CallContext, waitMs: number): boolean {
    return this.#ports.clock() + waitMs + LEAST_USEFUL_MS <= deadlineMs;
  }

  #succeed(response: HttpResponse, { observe }: CallContext): HttpResponse {
    this.#circuit.succeed();
    const untilResetMs = this.#untilResetMs(response);
    if (untilResetMs > DECISION_DEADLINE_MS) {
      const message = 'Calls to the server are paused, because its rate limit is nearly used up.';
      this.#report(this.#circuit.throttle(untilResetMs, message), observe);
    }
    return response;
  }

  /**
   * How long until a rate limit that is nearly used up resets; 0 if enough of it is left. A limit that resets within one
   * decision's deadline needs no pause, because a call can wait for it after a 429.
   */
  #untilResetMs({ status, headers }: HttpResponse): number {
    // The token endpoint may count one user's logins, and an error response one user's attempts.
    const rateLimit = this.#endpoint !== 'token' && status < 300 ? rateLimitOf(headers) : undefined;
    return rateLimit && isNearlyUsedUp(rateLimit) ? rateLimit.resetsAtMs - this.#ports.clock() : 0;
  }

  #fail(attempt: FailedAttempt, { observe }: CallContext): IssuerError {
    this.#report(this.#pauseAfter(attempt), observe);
    return attempt.error;
  }

  /**
   * Begins a pause if the failure requires it. A request for the keys carries no credential, so every failure counts
   * that is the server's. At the other endpoints only an outage counts: any other response may be about the credential in the request.
   *
   * @returns the length of the pause in milliseconds; 0 if none begins
   */
  #pauseAfter(attempt: FailedAttempt): number {
    if (attempt.isCutShort && !attempt.isOutage) return 0;
    if (this.#endpoint !== 'jwks') return attempt.isOutage ? this.#circuit.fail() : 0;
    if (attempt.retry !== 'when_allowed') return this.#circuit.fail();
    const message = 'Calls to the server are paused until its rate limit resets.';
    return this.#circuit.throttle(this.#retryAfterMs(attempt) ?? 0, message);
  }

  #report(durationMs: number, observe: IssuerObserver | undefined): void {
    if (durationMs > 0) observe?.({ kind: 'circuit_opened', endpoint: this.#endpoint, durationMs });
  }
}
