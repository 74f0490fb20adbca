/** Sends a request to the backend and reads its response, as bytes, and decides which connection the request may use. */
import { HttpFailure } from '../../src/core/http.ts';
import { createTransport, type RawResponse, type Transport } from '../../src/http/transport.ts';
import type { Headers } from './request-headers.ts';

export interface BackendRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  readonly body: Buffer | undefined;
}

export interface BackendResponse {
  readonly status: number;
  /** Each field as it came, in order. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
}

/** @throws HttpFailure */
export type SendToBackend = (request: BackendRequest) => Promise<BackendResponse>;

/** A Lambda response cannot hold more in base64. */
export const MAXIMUM_BODY_BYTES = 4 * 1024 * 1024;

/** RFC 9110 section 9.2.2: what may be sent again if the connection was closed before the response. */
const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'PUT', 'DELETE']);

/** @param timeoutMs until the last byte of the response, a second attempt included */
export function createSender(timeoutMs: number, transport: Transport = createTransport()): SendToBackend {
  return async (request) => {
    const deadlineMs = performance.now() + timeoutMs;
    const start = (connection: 'kept' | 'own') => {
      const remainingMs = Math.max(0, Math.ceil(deadlineMs - performance.now()));
      return transport.start({ ...request, maximumBytes: MAXIMUM_BODY_BYTES, timeoutMs: remainingMs, connection });
    };
    const first = start(mayShareConnection(request) ? 'kept' : 'own');
    try {
      return withFields(await first.response);
    } catch (error) {
      // A connection that was kept open may have died while the function was frozen.
      if (!first.isReused() || !isBrokenConnection(error)) throw error;
      return withFields(await start('own').response);
    }
  };
}

/**
 * Only idempotent requests may use a kept connection, since they may have to be sent again. Of those with a body, only
 * PUT may: a body on GET, HEAD or DELETE has no defined meaning, so a backend may leave it unread, and would
 * then take it for the next caller's request.
 */
function mayShareConnection({ method, body }: BackendRequest): boolean {
  return IDEMPOTENT.has(method) && (body === undefined || method === 'PUT');
}

function withFields({ status, rawFields, body }: RawResponse): BackendResponse {
  const fields = rawFields.flatMap((name, index) =>
    index % 2 === 0 ? [[name, rawFields[index + 1] ?? ''] as const] : [],
  );
  return { status, fields, body };
}

function isBrokenConnection(error: unknown): boolean {
  return error instanceof HttpFailure && error.reason === 'connection';
}
