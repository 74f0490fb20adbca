/** Sends a request through the gateway, as any caller does. */

import { isJsonObject } from '../../src/core/json.ts';
import type { SendRequest, SentResponse } from '../../web/inspector/protocol.ts';
import type { Trace } from './trace.ts';

const TIMEOUT_MS = 30_000;
const MAXIMUM_BODY_CHARACTERS = 4000;
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD'];
/** The characters of RFC 9110 section 5.5 for a field value, in ASCII. Others cannot be sent. */
const FIELD_VALUE = /^[\x20-\x7E]*$/;
const PATH = /^\/[\w\-.~!$&'()*+,;=:@%/?]*$/;

/** Thrown for a request that cannot be sent. The message never contains the credential. */
export class UnsendableError extends Error {}

/**
 * Parses what the page wants to send.
 *
 * @throws UnsendableError
 */
export function parseSendRequest(value: unknown): SendRequest {
  if (!isJsonObject(value)) throw new UnsendableError('Expected a JSON object.');
  const { method, path, authorization } = value;
  if (typeof method !== 'string' || !METHODS.includes(method)) throw new UnsendableError('The method is unknown.');
  if (typeof path !== 'string' || !PATH.test(path)) throw new UnsendableError('The path is not one of a URL.');
  if (path.startsWith('//') || path.startsWith('/.local')) throw new UnsendableError('The path is not one of the API.');
  if (authorization === undefined) return { method, path };
  if (typeof authorization !== 'string' || !FIELD_VALUE.test(authorization))
    throw new UnsendableError('A header can hold printable ASCII characters only.');
  return { method, path, authorization };
}

/**
 * Sends it. Redirects are responses like any other.
 *
 * @param gateway its URL
 * @throws UnsendableError if the gateway does not respond
 */
export async function sendTraced(
  gateway: string,
  { method, path, authorization }: SendRequest,
  trace: Trace,
): Promise<SentResponse> {
  const headers = {
    traceparent: `00-${trace.id}-${trace.id.slice(16)}-01`,
    ...(authorization !== undefined && { authorization }),
  };
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const response = await fetch(new URL(path, gateway), { method, headers, redirect: 'manual', signal }).catch(() => {
    throw new UnsendableError(
      'The gateway did not respond. A header of more than 10,240 bytes is refused, for example.',
    );
  });
  const body = await response.text();
  return {
    status: response.status,
    headers: [...response.headers],
    body: body.slice(0, MAXIMUM_BODY_CHARACTERS),
  };
}
