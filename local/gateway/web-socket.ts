/**
 * A WebSocket API in front of the real authorizer, on a port of its own, as it would be an API of its own in AWS. Each message is
 * answered with the principal.
 */
import { createServer, type IncomingMessage, type Server, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { AuthorizerResult } from '../../lambda/authorizer/api-kinds.ts';
import type { AuthorizerHandler } from '../../lambda/authorizer/create-handler.ts';
import { CONNECT_ARN, connectEvent } from './events.ts';
import { allows } from './policy.ts';
import { close, HOST, listen, MAXIMUM_HEADER_BYTES } from './server.ts';

export interface WebSocketApiOptions {
  readonly authorizer: AuthorizerHandler;
  /** 0 uses a free port. */
  readonly port: number;
}

export interface WebSocketApi {
  /** Such as `ws://127.0.0.1:3002/`. */
  readonly url: string;
  close(): Promise<void>;
}

/** What the integration of `$connect` selects. The subprotocol with the token must not come back in a response. */
const SELECTED_SUBPROTOCOL = 'bearer';

type Context = AuthorizerResult['context'];

/** Starts the API. Rejects with the listening error, such as `EADDRINUSE`. */
export async function startWebSocketApi({ authorizer, port }: WebSocketApiOptions): Promise<WebSocketApi> {
  const sockets = new WebSocketServer({
    noServer: true,
    handleProtocols: (offered) => offered.has(SELECTED_SUBPROTOCOL) && SELECTED_SUBPROTOCOL,
  });
  const server = createServer({ maxHeaderSize: MAXIMUM_HEADER_BYTES }, (_request, response) => {
    response.writeHead(426, { connection: 'upgrade', upgrade: 'websocket' }).end();
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    // A client may close the connection at any time.
    socket.on('error', () => socket.destroy());
    void connect(authorizer, request).then((connected) => {
      if (typeof connected === 'number') return refuse(socket, connected);
      sockets.handleUpgrade(request, socket, head, (opened) => serve(opened, connected));
    });
  });
  const boundPort = await listen(server, port);
  return { url: `ws://${HOST}:${boundPort}/`, close: () => closeAll(server, sockets) };
}

/** @returns the principal's context, or the status of a refusal. It caches nothing, like API Gateway */
async function connect(authorizer: AuthorizerHandler, request: IncomingMessage): Promise<Context | 401 | 403 | 500> {
  try {
    const result = await authorizer(connectEvent(request));
    if (!('policyDocument' in result)) return 500;
    const statements = result.policyDocument.Statement as Parameters<typeof allows>[0];
    return allows(statements, CONNECT_ARN) ? result.context : 403;
  } catch (error) {
    return error instanceof Error && error.message === 'Unauthorized' ? 401 : 500;
  }
}

function serve(socket: WebSocket, context: Context): void {
  socket.on('message', () => socket.send(JSON.stringify(context)));
}

function refuse(socket: Duplex, status: number): void {
  const message = STATUS_CODES[status] ?? '';
  const body = JSON.stringify({ message });
  const headers = ['Connection: close', 'Content-Type: application/json', `Content-Length: ${body.length}`];
  socket.end([`HTTP/1.1 ${status} ${message}`, ...headers, '', body].join('\r\n'));
}

function closeAll(server: Server, sockets: WebSocketServer): Promise<void> {
  for (const socket of sockets.clients) socket.terminate();
  return close(server);
}
