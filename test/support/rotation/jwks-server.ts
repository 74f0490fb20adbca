/** Serves the function behind the JWKS over HTTP on loopback, under every path. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createJwksHandler } from '../../../lambda/jwks/create-handler.ts';
import type { Clock } from '../../../src/core/clock.ts';
import type { StateStore } from '../../../src/core/state-store.ts';

export interface JwksServer {
  /** Without a final slash. */
  readonly origin: string;
  /** The statuses of its responses. */
  readonly statuses: readonly number[];
  close(): void;
}

export interface JwksServerOptions {
  readonly state: StateStore;
  readonly jwksCacheSeconds: number;
  /** @default RSA */
  readonly keyType?: 'RSA' | 'EC';
  readonly clock: Clock;
}

export async function startJwksServer(options: JwksServerOptions): Promise<JwksServer> {
  const { state, jwksCacheSeconds, clock, keyType = 'RSA' } = options;
  const handle = createJwksHandler({ keyType, jwksCacheSeconds }, { state, clock, log: () => {} });
  const statuses: number[] = [];
  const server = createServer((request, response) => {
    void handle({ httpMethod: request.method, headers: request.headers }).then(({ statusCode, headers, body }) => {
      statuses.push(statusCode);
      response.writeHead(statusCode, headers).end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, statuses, close };
}
