/**
 * One endpoint of the authorization server, with the discipline of every call to it: within the decision's deadline, one
 * retry where that can help, `Retry-After` obeyed, a cool-down after repeated failures. It does not read the answers.
 */
import type { Clock } from './clock.ts';
import { UpstreamError } from './errors.ts';
import { HttpFailure, type HttpPort, type HttpRequest, type HttpResponse } from './http.ts';

/** What one decision may spend, and for whom it is made. */
export interface CallContext {
  /** Epoch milliseconds by which all upstream calls of one decision must have ended. */
  readonly deadlineMs: number;
  /** The caller's IP as the gateway saw it; never taken from a header that the caller wrote. */
  readonly callerIp?: string;
}

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
const DEFAULT_RETRY_AFTER_MS = 1000;
const LONGEST_COOL_DOWN_MS = 30_000;
const FIRST_COOL_DOWN_MS = 2000;
const FAILURES_BEFORE_COOL_DOWN = 5;
const RETRYABLE_STATUSES = new Set([502, 503, 504]);

/** An endpoint that is called over and over. */
export class Upstream {
  readonly #ports: UpstreamPorts;
  #failuresInARow = 0;
  #coolDownUntilMs = 0;
  #isThrottled = false;

  constructor(ports: UpstreamPorts) {
    this.#ports = ports;
  }

  /**
   * Sends a request, a second time if the first attempt failed in a way that may pass.
   *
   * @returns an answer of status 2xx or 4xx, but never a rate limit
   * @throws UpstreamError `upstream_unavailable`, `upstream_timeout`, `upstream_throttled`, `upstream_malformed` or
   *   `upstream_cooling_down`
   */
  async send(makeRequest: RequestFactory, { deadlineMs }: CallContext, isAnswer: IsAnswer = () => false) {
    if (this.#ports.clock() < this.#coolDownUntilMs) throw this.#leftAlone();
    const first = await this.#attempt(makeRequest, deadlineMs, isAnswer);
    if (first.outcome === 'answer') return this.#succeed(first.response);
    if (first.retryAfterMs === undefined || !this.#hasTime(deadlineMs, first.retryAfterMs)) throw this.#fail(first);
    await this.#ports.sleep(first.retryAfterMs);
    const second = await this.#attempt(makeRequest, deadlineMs, isAnswer);
    if (second.outcome === 'answer') return this.#succeed(second.response);
    throw this.#fail(second);
  }

  async #attempt(makeRequest: RequestFactory, deadlineMs: number, isAnswer: IsAnswer): Promise<Attempt> {
    const timeoutMs = Math.min(ATTEMPT_TIMEOUT_MS, deadlineMs - this.#ports.clock());
    // Not the server's failure, so it does not count towards a cool-down.
    if (timeoutMs < LEAST_USEFUL_MS) throw new UpstreamError('upstream_timeout', 'The deadline has passed.');
    try {
      const response = await this.#ports.http({ ...makeRequest(), timeoutMs });
      return isAnswer(response) ? { outcome: 'answer', response } : this.#judge(response);
    } catch (error) {
      if (error instanceof HttpFailure) return this.#judgeFailure(error);
      throw error;
    }
  }

  #judge(response: HttpResponse): Attempt {
    const { status } = response;
    if (status === 429) return this.#throttled(response);
    if (status >= 500) {
      const error = new UpstreamError('upstream_unavailable', `The server answered ${status}.`);
      return RETRYABLE_STATUSES.has(status) ? this.#retryable(error) : { outcome: 'failure', error };
    }
    if (status >= 300 && status < 400) {
      const message = `The server answered ${status}; redirects are not followed.`;
      return { outcome: 'failure', error: new UpstreamError('upstream_malformed', message) };
    }
    return { outcome: 'answer', response };
  }

  #judgeFailure(failure: HttpFailure): Attempt {
    switch (failure.reason) {
      case 'connection':
        return this.#retryable(
          new UpstreamError('upstream_unavailable', 'The server cannot be reached.', { cause: failure }),
        );
      case 'timeout':
        return {
          outcome: 'failure',
          error: new UpstreamError('upstream_timeout', 'The server did not answer in time.', { cause: failure }),
        };
      default:
        return {
          outcome: 'failure',
          error: new UpstreamError('upstream_malformed', 'The answer cannot be read.', { cause: failure }),
        };
    }
  }

  #retryable(error: UpstreamError): Attempt {
    const { least, spread } = RETRY_JITTER_MS;
    return { outcome: 'failure', error, retryAfterMs: least + this.#ports.random() * spread };
  }

  #throttled({ headers }: HttpResponse): Attempt {
    const error = new UpstreamError('upstream_throttled', 'The server limits the rate of requests (429).');
    const seconds = headers['retry-after'];
    const asked = seconds !== undefined && /^\d{1,5}$/.test(seconds) ? Number(seconds) * 1000 : undefined;
    const reset = headers['x-ratelimit-reset'];
    const untilReset =
      reset !== undefined && /^\d{1,12}$/.test(reset) ? Number(reset) * 1000 - this.#ports.clock() : undefined;
    return { outcome: 'failure', error, retryAfterMs: Math.max(asked ?? untilReset ?? DEFAULT_RETRY_AFTER_MS, 0) };
  }

  #hasTime(deadlineMs: number, waitMs: number): boolean {
    return this.#ports.clock() + waitMs + LEAST_USEFUL_MS <= deadlineMs;
  }

  #succeed(response: HttpResponse): HttpResponse {
    this.#failuresInARow = 0;
    return response;
  }

  #fail({ error, retryAfterMs = 0 }: Failure): UpstreamError {
    this.#failuresInARow += 1;
    this.#isThrottled = error.code === 'upstream_throttled';
    const excess = this.#failuresInARow - FAILURES_BEFORE_COOL_DOWN;
    const backOffMs = excess < 0 ? 0 : FIRST_COOL_DOWN_MS * 2 ** Math.min(excess, 10);
    const askedMs = this.#isThrottled ? retryAfterMs : 0;
    this.#coolDownUntilMs = this.#ports.clock() + Math.min(Math.max(backOffMs, askedMs), LONGEST_COOL_DOWN_MS);
    return error;
  }

  /** A rate limit stays one while it lasts: it is the server's word, and no outage that a stale answer may bridge. */
  #leftAlone(): UpstreamError {
    return this.#isThrottled
      ? new UpstreamError('upstream_throttled', 'The server is left alone until its rate limit is over.')
      : new UpstreamError('upstream_cooling_down', 'The server is left alone after repeated failures.');
  }
}

type Attempt = { readonly outcome: 'answer'; readonly response: HttpResponse } | Failure;

interface Failure {
  readonly outcome: 'failure';
  readonly error: UpstreamError;
  /** Present if another attempt may help after so long. */
  readonly retryAfterMs?: number;
}
