/** Serves the local REST API over HTTP, or with mutual TLS, on loopback only. */
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { inTrace, type Trace } from '../inspector/trace.ts';
import { type Api, type ApiOptions, type ApiResponse, createApi, type IncomingCall } from './api.ts';
import { headerFields } from './events.ts';
import { clientCertificateOf, type MutualTls } from './mutual-tls.ts';

export interface GatewayOptions extends ApiOptions {
  /** 0 uses a free port. */
  readonly port: number;
  /** @default plain HTTP */
  readonly mutualTls?: MutualTls | undefined;
  /** @default no request is for it */
  readonly inspector?: GatewayInspector | undefined;
}

/** The page about what happens to a request, on the port of the gateway. A deployed gateway has none. */
export interface GatewayInspector {
  /** Responds to a request for the page or its data; `undefined` if the request is for the API. */
  respond(call: IncomingCall, body: Buffer | null): Promise<ApiResponse> | undefined;
  /** The trace that the request belongs to. */
  traceOf(call: IncomingCall): Trace | undefined;
}

export interface Gateway {
  /** Such as `http://127.0.0.1:3000/`; with mutual TLS, `https://127.0.0.1:3000/`. */
  readonly url: string;
  /** Forgets all responses of the authorizer. */
  flush(): void;
  close(): Promise<void>;
}

export const HOST = '127.0.0.1';
/** API Gateway's limits. */
export const MAXIMUM_HEADER_BYTES = 10_240;
const MAXIMUM_BODY_BYTES = 10 * 1024 * 1024;
const INTERNAL_ERROR: ApiResponse = { statusCode: 500, headers: {}, body: '{"message":"Internal server error"}' };

/** Starts the gateway. Rejects with the listening error, such as `EADDRINUSE`. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const api = createApi(options);
  const server = serverOf(options.mutualTls, (request, response) => {
    respond(api, options.inspector, request).then(
      (sent) => send(response, sent),
      () => send(response, INTERNAL_ERROR),
    );
  });
  const port = await listen(server, options.port);
  return {
    url: urlOfGateway(port, options.mutualTls),
    flush: () => api.flush(),
    close: () => close(server),
  };
}

/** The URL of a gateway that listens at this port. */
export function urlOfGateway(port: number, mutualTls?: MutualTls): string {
  return `${mutualTls ? 'https' : 'http'}://${HOST}:${port}/`;
}

function serverOf(mutualTls: MutualTls | undefined, listener: RequestListener): Server {
  const common = { maxHeaderSize: MAXIMUM_HEADER_BYTES };
  if (!mutualTls) return createServer(common, listener);
  return createTlsServer({ ...common, ...mutualTls, requestCert: true, rejectUnauthorized: true }, listener);
}

async function respond(
  api: Api,
  inspector: GatewayInspector | undefined,
  incoming: IncomingMessage,
): Promise<ApiResponse> {
  const { method = 'GET', url = '/', socket } = incoming;
  const [path = '/'] = url.split('?', 1);
  const query = url.slice(path.length + 1);
  const sourceIp = socket.remoteAddress ?? HOST;
  const clientCertificate = clientCertificateOf(socket);
  const call: IncomingCall = { method, path, query, sourceIp, clientCertificate, fields: headerFields(incoming) };
  const body = await readBody(incoming);
  return inspector?.respond(call, body) ?? inTrace(inspector?.traceOf(call), () => api(call, body));
}

async function readBody(incoming: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAXIMUM_BODY_BYTES) throw new Error('The body is too large.');
    chunks.push(chunk);
  }
  return size === 0 ? null : Buffer.concat(chunks);
}

function send(response: ServerResponse, { statusCode, headers, body }: ApiResponse): void {
  response.writeHead(statusCode, headers).end(body);
}

/** Listens on loopback, and returns the port. */
export function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, HOST, () => resolve((server.address() as AddressInfo).port));
  });
}

export function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
