/**
 * Calls operations of AWS services that speak JSON, with signed requests over the HTTP port. As with the SDK, a call is repeated once
 * if that may help, and a wrong clock is corrected. A response is not trusted: its members must be asserted.
 */
import type { Clock } from '../core/clock.ts';
import { HttpFailure, type HttpPort, type HttpResponse } from '../core/http.ts';
import { isJsonObject, type JsonObject, parseJson } from '../core/json.ts';
import { httpDateMs } from '../core/retry-after.ts';
import { AwsCallError, isThrottle } from './errors.ts';
import { type AwsService, type Environment, serviceEndpoint } from './service-endpoint.ts';
import { signRequest } from './sign-request.ts';

export interface SignedCallPorts {
  readonly http: HttpPort;
  readonly clock: Clock;
  /** Resolves after this many milliseconds. */
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Returns a number from 0 up to, but not including, 1. */
  readonly random: () => number;
  /** Holds the credentials, the region and perhaps an endpoint, under the names that the SDK uses. */
  readonly environment: Environment;
}

/** One call of an operation. */
export interface AwsCall {
  readonly service: AwsService;
  /** Such as `GetItem`. */
  readonly operation: string;
  readonly input: JsonObject;
  /** How long the call may take, with its retry. */
  readonly timeoutMs: number;
  /** How long one attempt may take. @default `timeoutMs` */
  readonly attemptTimeoutMs?: number;
}

/**
 * Makes a call.
 *
 * @returns the response, which is not trusted
 * @throws AwsCallError with AWS's name of the error
 */
export type SendCall = (call: AwsCall) => Promise<JsonObject>;

const PROTOCOLS = {
  secretsmanager: { prefix: 'secretsmanager', contentType: 'application/x-amz-json-1.1' },
  dynamodb: { prefix: 'DynamoDB_20120810', contentType: 'application/x-amz-json-1.0' },
} as const satisfies Record<AwsService, object>;

/** The longest wait before the retry. The actual wait is a random part of it. */
const RETRY_WAIT_MS = { soon: 100, throttled: 500 };
/** With less time than this left, no response can be expected. */
const LEAST_USEFUL_MS = 10;
/** AWS refuses a signature whose time differs from its own by more than this. */
const TOLERATED_SKEW_MS = 5 * 60_000;
const SKEW_ERRORS: ReadonlySet<string> = new Set([
  'InvalidSignatureException',
  'RequestExpired',
  'RequestInTheFuture',
  'RequestTimeTooSkewed',
  'SignatureDoesNotMatch',
]);

type Retry = 'never' | 'at_once' | keyof typeof RETRY_WAIT_MS;
type Attempt = { readonly output: JsonObject } | { readonly error: AwsCallError; readonly retry: Retry };

/** Makes the function that calls AWS. It remembers how wrong our clock is. */
export function createSignedCalls(ports: SignedCallPorts): SendCall {
  const calls = new SignedCalls(ports);
  return (call) => calls.send(call);
}

class SignedCalls {
  readonly #ports: SignedCallPorts;
  /** How far AWS's clock is ahead of ours, if ours is wrong. */
  #skewMs = 0;

  constructor(ports: SignedCallPorts) {
    this.#ports = ports;
  }

  async send(call: AwsCall): Promise<JsonObject> {
    const deadlineMs = this.#ports.clock() + call.timeoutMs;
    const first = await this.#attempt(call, deadlineMs);
    if ('output' in first) return first.output;
    const second = (await this.#hasWaited(first.retry, deadlineMs)) ? await this.#attempt(call, deadlineMs) : first;
    if ('output' in second) return second.output;
    throw second.error;
  }

  /** Waits before a retry. Returns whether one makes sense. */
  async #hasWaited(retry: Retry, deadlineMs: number): Promise<boolean> {
    if (retry === 'never') return false;
    const waitMs = retry === 'at_once' ? 0 : this.#ports.random() * RETRY_WAIT_MS[retry];
    if (this.#ports.clock() + waitMs + LEAST_USEFUL_MS > deadlineMs) return false;
    if (waitMs > 0) await this.#ports.sleep(waitMs);
    return true;
  }

  async #attempt(call: AwsCall, deadlineMs: number): Promise<Attempt> {
    const timeoutMs = Math.min(call.attemptTimeoutMs ?? call.timeoutMs, deadlineMs - this.#ports.clock());
    try {
      return this.#read(await this.#exchange(call, timeoutMs));
    } catch (thrown) {
      if (thrown instanceof HttpFailure) return failedExchange(thrown);
      throw thrown;
    }
  }

  async #exchange({ service, operation, input }: AwsCall, timeoutMs: number): Promise<HttpResponse> {
    const { http, clock, environment } = this.#ports;
    const url = serviceEndpoint(service, environment);
    const { prefix, contentType } = PROTOCOLS[service];
    const body = JSON.stringify(input);
    const headers = await signRequest(
      {
        service,
        url,
        headers: { 'content-type': contentType, 'x-amz-target': `${prefix}.${operation}` },
        body,
        date: new Date(clock() + this.#skewMs),
      },
      environment,
    );
    return http({ method: 'POST', url: url.href, headers, body, timeoutMs });
  }

  #read(response: HttpResponse): Attempt {
    const body = parseJson(response.body);
    if (response.status >= 200 && response.status < 300) {
      return isJsonObject(body) ? { output: body } : { error: new AwsCallError('MalformedResponse'), retry: 'never' };
    }
    const name = errorNameOf(response, body);
    return { error: new AwsCallError(name), retry: this.#retryAfter(name, response) };
  }

  #retryAfter(name: string, response: HttpResponse): Retry {
    if (SKEW_ERRORS.has(name)) return this.#correctClock(response) ? 'at_once' : 'never';
    if (isThrottle(name) || response.status === 429) return 'throttled';
    return response.status >= 500 ? 'soon' : 'never';
  }

  /** Takes AWS's time from its response, if ours is wrong. Returns whether it was. */
  #correctClock({ headers }: HttpResponse): boolean {
    const theirsMs = httpDateMs(headers.date ?? '');
    const oursMs = this.#ports.clock();
    if (theirsMs === undefined || Math.abs(theirsMs - (oursMs + this.#skewMs)) < TOLERATED_SKEW_MS) return false;
    this.#skewMs = theirsMs - oursMs;
    return true;
  }
}

function failedExchange({ reason }: HttpFailure): Attempt {
  if (reason === 'timeout') return { error: new AwsCallError('TimeoutError'), retry: 'soon' };
  if (reason === 'connection') return { error: new AwsCallError('ConnectionError'), retry: 'soon' };
  return { error: new AwsCallError('MalformedResponse'), retry: 'never' };
}

/**
 * The name of an error: the last part of `x-amzn-errortype` or `__type`, without a namespace or a URL.
 *
 * @see https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html#operation-error-serialization
 */
function errorNameOf({ status, headers }: HttpResponse, body: unknown): string {
  const { __type: type, code } = isJsonObject(body) ? body : {};
  const found = [headers['x-amzn-errortype'], type, code].find((text) => typeof text === 'string');
  const name = /^(?:[^:]*#)?(\w{1,80})(?::.*)?$/s.exec(String(found ?? ''))?.[1];
  return name ?? `Http${status}`;
}
