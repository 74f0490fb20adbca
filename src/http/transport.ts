/**
 * The only transport: sends one request and reads one response as bytes, within limits on time and size. Redirects are
 * not followed and nothing is sent twice. TLS is verified by Node's defaults, which nothing here can turn off; plain
 * http goes to loopback only. Only this file decides how a request is framed, whatever headers it receives.
 */
import { type ClientRequest, type IncomingMessage, Agent as PlainAgent, request as requestPlain } from 'node:http';
import { request as requestTls, Agent as TlsAgent } from 'node:https';
import { HttpFailure } from '../core/http.ts';
import { isSecureUrl } from '../core/secure-url.ts';

export interface RawRequest {
  readonly method: string;
  readonly url: URL;
  /** Headers that belong to the connection or frame the body are not sent. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  /** An empty body is a body of no bytes; `undefined` is no body. */
  readonly body?: Uint8Array | string | undefined;
  /** How long the exchange may take, until the last byte of the response. */
  readonly timeoutMs: number;
  readonly maximumBytes: number;
  /** `kept`: a connection that stays open between requests; `own`: one for this request alone, closed afterwards. */
  readonly connection: 'kept' | 'own';
}

/** A final response of any status, read to its end. */
export interface RawResponse {
  readonly status: number;
  /** Names and values alternate, as received. */
  readonly rawFields: readonly string[];
  readonly body: Buffer;
}

/** A request in flight. */
export interface Exchange {
  /** Rejects with an HttpFailure. */
  readonly response: Promise<RawResponse>;
  /** Returns whether the request used a connection that an earlier request opened. */
  isReused(): boolean;
}

export interface Transport {
  /** @throws TypeError for a URL, method or header that HTTP cannot carry, or that would go out unencrypted */
  start(request: RawRequest): Exchange;
  /** Closes the connections that are kept open. */
  close(): void;
}

const AGENT_OPTIONS = { keepAlive: true, maxSockets: 64, scheduling: 'lifo' } as const;
/** Headers that the transport sets by itself, in lower case. RFC 9110 sections 7.6.1 and 10.1.1, RFC 9112 section 6. */
export const TRANSPORT_HEADERS: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/**
 * Makes a transport with connections of its own.
 *
 * @param proxyEnv the variables `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` that name a proxy. Node 24 uses them, older versions
 *   ignore them. @default no proxy
 */
export function createTransport(proxyEnv?: NodeJS.ProcessEnv): Transport {
  const proxied = proxyEnv && { proxyEnv };
  const kept = { ...AGENT_OPTIONS, ...proxied };
  const own = { keepAlive: false, ...proxied };
  const plain = { kept: new PlainAgent(kept), own: new PlainAgent(own) };
  const tls = { kept: new TlsAgent(kept), own: new TlsAgent(own) };
  return {
    start(request) {
      if (!isSecureUrl(request.url)) throw new TypeError('Expected an https URL, or http to loopback.');
      const agents = request.url.protocol === 'https:' ? tls : plain;
      const outgoing = open(request, agents[request.connection]);
      return { response: exchange(outgoing, request, agents.kept), isReused: () => outgoing.reusedSocket };
    },
    close() {
      for (const agent of [plain.kept, plain.own, tls.kept, tls.own]) agent.destroy();
    },
  };
}

function open({ method, url, headers, body }: RawRequest, agent: PlainAgent): ClientRequest {
  const options = { method, headers: fieldsOf(headers, body), agent };
  return url.protocol === 'https:' ? requestTls(url, options) : requestPlain(url, options);
}

/**
 * Always sends the length of a body. Without it, Node sends the body of a GET, HEAD or DELETE with no framing at all,
 * and the server reads it as the next request.
 */
function fieldsOf(headers: RawRequest['headers'], body: RawRequest['body']): Record<string, string | string[]> {
  const fields = Object.entries(headers)
    .filter(([name]) => !TRANSPORT_HEADERS.has(name.toLowerCase()))
    .map(([name, value]) => [name, typeof value === 'string' ? value : [...value]] as const);
  const framing = body === undefined ? [] : [['content-length', String(Buffer.byteLength(body))] as const];
  return Object.fromEntries([...fields, ...framing]);
}

function exchange(
  outgoing: ClientRequest,
  { body, timeoutMs, maximumBytes }: RawRequest,
  agent: PlainAgent,
): Promise<RawResponse> {
  let timer: NodeJS.Timeout | undefined;
  const response = new Promise<RawResponse>((resolve, reject) => {
    const fail = (error: unknown) => {
      if (outgoing.reusedSocket) closeIdleConnections(agent);
      reject(asFailure(error));
      outgoing.destroy();
    };
    const timeOut = () => fail(new HttpFailure('timeout', `No complete response within ${timeoutMs} ms.`));
    timer = setTimeout(timeOut, timeoutMs);
    outgoing.on('error', fail);
    outgoing.once('response', (incoming) => read(incoming, maximumBytes, resolve, fail));
    failOnOtherProtocols(outgoing, fail);
    outgoing.end(body);
  });
  return response.finally(() => clearTimeout(timer));
}

/** After "101 Switching Protocols", Node would close the request with neither a response nor an error. */
function failOnOtherProtocols(outgoing: ClientRequest, fail: (error: HttpFailure) => void): void {
  outgoing.once('upgrade', (_incoming, socket) => {
    socket.destroy();
    fail(new HttpFailure('protocol', 'The server switched to another protocol (101).'));
  });
}

/** Uses events, because asynchronous iteration costs about 20 µs more for each response. */
function read(
  incoming: IncomingMessage,
  maximumBytes: number,
  resolve: (response: RawResponse) => void,
  fail: (error: unknown) => void,
): void {
  const { statusCode: status = 0, rawHeaders: rawFields } = incoming;
  const chunks: Buffer[] = [];
  let size = 0;
  incoming.on('error', fail);
  if (status < 200 || status > 599) {
    fail(new HttpFailure('protocol', `Expected a status from 200 to 599, got ${status}.`));
    return;
  }
  incoming.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size <= maximumBytes) chunks.push(chunk);
    else incoming.destroy(new HttpFailure('too_large', `The response is larger than ${maximumBytes} bytes.`));
  });
  incoming.once('end', () => resolve({ status, rawFields, body: Buffer.concat(chunks, size) }));
}

/**
 * While an execution environment was frozen, any idle connection may have died. If one did, close the others untried,
 * so that the next attempt opens a new one.
 */
function closeIdleConnections({ freeSockets }: PlainAgent): void {
  for (const socket of Object.values(freeSockets).flat()) socket?.destroy();
}

function asFailure(error: unknown): HttpFailure {
  return error instanceof HttpFailure
    ? error
    : new HttpFailure('connection', 'The connection failed or was cut.', { cause: error });
}
