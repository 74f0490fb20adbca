/**
 * A proxy in front of the JWKS endpoint. It replaces the AWS host names, which do not resolve here, and the origin of the API's
 * identifier, whose operator has pointed its well-known address at the endpoint.
 */
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Account } from '../../../local/deployment/aws-request.ts';
import { reachableApiUrl } from '../../../local/deployment/stack-outputs.ts';

export interface JwksFront {
  /** Serves the JWKS under every path. */
  readonly origin: string;
  close(): Promise<void>;
}

/** @param jwksUrl the URL in the stack's output */
export async function startJwksFront(account: Account, jwksUrl: string): Promise<JwksFront> {
  const target = new URL(reachableApiUrl(account, jwksUrl));
  const server = createServer((incoming, outgoing) => {
    const { method } = incoming;
    const passed = request(target, { method, agent: false }, (response) => {
      outgoing.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(outgoing);
    });
    passed.once('error', () => outgoing.writeHead(502).end());
    passed.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
