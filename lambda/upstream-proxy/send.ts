/**
 * Sends one request to the backend and reads one answer, as bytes: redirects are not followed, time and size are bounded.
 * TLS is verified by Node's defaults, which nothing here can turn off.
 */
import { type ClientRequest, type IncomingMessage, Agent as PlainAgent, request as requestPlain } from 'node:http';
import { request as requestTls, Agent as TlsAgent } from 'node:https';
import { HttpFailure } from '../../src/core/http.ts';
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

/** In base64, an answer of Lambda's holds no more. */
export const MAXIMUM_BODY_BYTES = 4 * 1024 * 1024;

/** RFC 9110 section 9.2.2: what may be sent again when the connection was closed under it. */
const IDEMPOTENT = new Set(['GET', 'HEAD', 'PUT', 'DELETE']);

/**
 * Makes a sender. Only idempotent methods go over connections that are kept open, and once more when such a connection
 * turns out to be dead, as it is after the function was frozen.
 *
 * @param timeoutMs until the last byte of the answer
 */
export function createSender(timeoutMs: number): SendToBackend {
  const agents = { plain: new PlainAgent({ keepAlive: true }), tls: new TlsAgent({ keepAlive: true }) };
  return async (request) => {
    const deadlineMs = performance.now() + timeoutMs;
    const isIdempotent = IDEMPOTENT.has(request.method);
    const first = attempt(request, isIdempotent ? agents : undefined, deadlineMs);
    try {
      return await first.response;
    } catch (error) {
      if (!(isIdempotent && first.outgoing.reusedSocket && isBrokenConnection(error))) throw error;
      return attempt(request, undefined, deadlineMs).response;
    }
  };
}

interface Agents {
  readonly plain: PlainAgent;
  readonly tls: TlsAgent;
}

interface Attempt {
  readonly outgoing: ClientRequest;
  readonly response: Promise<BackendResponse>;
}

/** @param agents none: a connection for this request alone */
function attempt(
  { method, url, headers, body }: BackendRequest,
  agents: Agents | undefined,
  deadlineMs: number,
): Attempt {
  const options = {
    method,
    headers: Object.fromEntries(Object.entries(headers).map(([name, all]) => [name, [...all]])),
  };
  const outgoing =
    url.protocol === 'https:'
      ? requestTls(url, { ...options, agent: agents?.tls ?? false })
      : requestPlain(url, { ...options, agent: agents?.plain ?? false });
  const response = new Promise<BackendResponse>((resolve, reject) => {
    const fail = (error: unknown) => {
      reject(asFailure(error));
      outgoing.destroy();
    };
    const timeOut = () => fail(new HttpFailure('timeout', 'The backend gave no whole answer in time.'));
    const timer = setTimeout(timeOut, deadlineMs - performance.now());
    outgoing.once('close', () => clearTimeout(timer));
    outgoing.once('error', fail);
    outgoing.once('response', (incoming) => {
      read(incoming).then(resolve, fail);
    });
    outgoing.end(body);
  });
  return { outgoing, response };
}

async function read(incoming: IncomingMessage): Promise<BackendResponse> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming) {
    size += chunk.length;
    if (size > MAXIMUM_BODY_BYTES) throw new HttpFailure('too_large', `Over ${MAXIMUM_BODY_BYTES} bytes.`);
    chunks.push(chunk);
  }
  const { rawHeaders } = incoming;
  const fields = rawHeaders.flatMap((name, index) =>
    index % 2 === 0 ? [[name, rawHeaders[index + 1] ?? ''] as const] : [],
  );
  return { status: incoming.statusCode ?? 502, fields, body: Buffer.concat(chunks) };
}

function asFailure(error: unknown): HttpFailure {
  return error instanceof HttpFailure
    ? error
    : new HttpFailure('connection', 'The connection to the backend failed or was cut.', { cause: error });
}

function isBrokenConnection(error: unknown): boolean {
  return error instanceof HttpFailure && error.reason === 'connection';
}
