/**
 * The HTTP port over keep-alive `node:https`: one request, one answer, no redirects, a bound on time and size. TLS is
 * verified by Node's defaults, which nothing here can turn off; plain http goes to loopback only.
 */
import { type IncomingMessage, Agent as PlainAgent, request as requestPlain } from 'node:http';
import { request as requestTls, Agent as TlsAgent } from 'node:https';
import { HttpFailure, type HttpPort, type HttpRequest, type HttpResponse } from '../core/http.ts';
import { isSecureUrl } from '../core/secure-url.ts';

/** Far above any JWKS or introspection answer. */
const MAXIMUM_BODY_BYTES = 256 * 1024;
const AGENT_OPTIONS = { keepAlive: true, maxSockets: 64, scheduling: 'lifo' } as const;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** An HTTP port with connections of its own. */
export interface HttpsClient {
  readonly send: HttpPort;
  /** Closes the connections that are kept open. */
  close(): void;
}

/** Makes an HTTP port whose connections are kept open between requests. */
export function createHttpsClient(): HttpsClient {
  const plain = new PlainAgent(AGENT_OPTIONS);
  const tls = new TlsAgent(AGENT_OPTIONS);
  return {
    send: (request) => send(request, plain, tls),
    close: () => {
      plain.destroy();
      tls.destroy();
    },
  };
}

function send({ method, url, headers, body, timeoutMs }: HttpRequest, plain: PlainAgent, tls: TlsAgent) {
  let timer: NodeJS.Timeout | undefined;
  const answer = new Promise<HttpResponse>((resolve, reject) => {
    const target = new URL(url);
    if (!isSecureUrl(target)) throw new TypeError('Expected an https URL, or http to loopback.');
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const options = { method, headers: { ...headers, ...length } };
    const outgoing =
      target.protocol === 'https:'
        ? requestTls(target, { ...options, agent: tls })
        : requestPlain(target, { ...options, agent: plain });
    const fail = (error: unknown) => {
      if (outgoing.reusedSocket) closeIdleConnections(target.protocol === 'https:' ? tls : plain);
      reject(asFailure(error));
      outgoing.destroy();
    };
    timer = setTimeout(() => fail(new HttpFailure('timeout', `No whole answer in ${timeoutMs} ms.`)), timeoutMs);
    outgoing.once('error', fail);
    outgoing.once('response', (incoming) => {
      read(incoming).then(resolve, fail);
    });
    outgoing.end(body);
  });
  // Not before: a request can close with neither an answer nor an error, as after "101 Switching Protocols".
  return answer.finally(() => clearTimeout(timer));
}

/**
 * After an execution environment was frozen, every connection kept open may be dead without our knowing. Where one was,
 * the others are not tried: the next attempt opens a new one.
 */
function closeIdleConnections({ freeSockets }: PlainAgent): void {
  for (const socket of Object.values(freeSockets).flat()) socket?.destroy();
}

async function read(incoming: IncomingMessage): Promise<HttpResponse> {
  const bytes = await readBytes(incoming);
  return { status: incoming.statusCode ?? 0, headers: joinFields(incoming), body: decode(bytes) };
}

/** By events: asynchronous iteration costs each answer some twenty microseconds more. */
function readBytes(incoming: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    incoming.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > MAXIMUM_BODY_BYTES)
        incoming.destroy(new HttpFailure('too_large', `Over ${MAXIMUM_BODY_BYTES} bytes.`));
      else chunks.push(chunk);
    });
    incoming.once('error', reject);
    incoming.once('end', () => resolve(Buffer.concat(chunks, size)));
  });
}

function joinFields({ headersDistinct }: IncomingMessage): HttpResponse['headers'] {
  return Object.fromEntries(Object.entries(headersDistinct).map(([name, values]) => [name, values?.join(', ')]));
}

function decode(bytes: Buffer): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new HttpFailure('not_text', 'The body is not UTF-8.');
  }
}

function asFailure(error: unknown): HttpFailure {
  return error instanceof HttpFailure
    ? error
    : new HttpFailure('connection', 'The connection failed or was cut.', { cause: error });
}
