/** Sends the requests of an acceptance run to a deployed API, and reads what a caller gets. */
import { HttpFailure, type HttpPort, type HttpRequest } from '../../src/core/http.ts';
import { isJsonObject, parseJson } from '../../src/core/json.ts';
import { isRefusal } from '../demonstration.ts';

export interface Seen {
  /** 0 if there was no response. */
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** JSON if it is. */
  readonly body: unknown;
  /** Whether the gateway itself refused the request, and not the backend. */
  readonly isRefused: boolean;
}

/** Longer than API Gateway waits for a function. */
const TIMEOUT_MS = 35_000;

/** @param authorization the value of the header */
export async function call(
  http: HttpPort,
  url: string,
  authorization?: string,
  method: HttpRequest['method'] = 'GET',
): Promise<Seen> {
  const headers = { accept: 'application/json', ...(authorization !== undefined && { authorization }) };
  try {
    const { status, body: text, ...response } = await http({ method, url, headers, timeoutMs: TIMEOUT_MS });
    const body = parseJson(text);
    return { status, headers: response.headers, body, isRefused: isRefusal(status, body) };
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error;
    return { status: 0, headers: {}, body: undefined, isRefused: false };
  }
}

/**
 * Whether the request reached the backend. A response with nothing but a message comes from API Gateway, AWS WAF or a throttle, even if
 * its status is not one of the authorizer's.
 */
export function isAllowed({ status, body, isRefused }: Seen): boolean {
  const isOfGateway = isJsonObject(body) && Object.keys(body).join() === 'message';
  return !isRefused && !isOfGateway && status >= 200 && status < 500 && status !== 429;
}

/** `200 allowed`. */
export function inWords(seen: Seen): string {
  const { status, isRefused } = seen;
  if (status === 0) return 'no response';
  if (isRefused) return `${status} refused`;
  return isAllowed(seen) ? `${status} allowed` : `${status} failed`;
}

export function bearer(token: string): string {
  return `Bearer ${token}`;
}

export function basic(username: string, secret: string): string {
  return `Basic ${Buffer.from(`${username}:${secret}`).toString('base64')}`;
}

/** @throws TypeError for a method that no demonstration calls, such as HEAD */
export function methodOf({ method }: { readonly method: string }): HttpRequest['method'] {
  const known = METHODS.find((one) => one === method);
  if (known === undefined) throw new TypeError(`The method ${method} cannot be sent.`);
  return known;
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
