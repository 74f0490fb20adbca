/** Sends requests to an API, with several `Authorization` headers if a test needs them. */
import { request } from 'node:http';
import { request as tlsRequest } from 'node:https';

export interface ApiResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

export interface CallOptions {
  /** Besides `Authorization`; a list of values makes several headers. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** @default none */
  readonly body?: string;
  /** For a server with mutual TLS, all PEM: the certificate of the client and its key, and who has issued that of the server. */
  readonly tls?: { readonly key?: string; readonly cert?: string; readonly ca: string };
}

/** Sends a request; a list of authorizations makes several headers. It uses `node:http`, because `fetch` would join them. */
export function call(
  url: URL,
  method: string,
  authorization: string | readonly string[] = [],
  { headers: others = {}, body: sent, tls }: CallOptions = {},
): Promise<ApiResponse> {
  const headers = { Authorization: [authorization].flat(), ...others };
  const send = tls ? tlsRequest : request;
  return new Promise((resolve, reject) => {
    const outgoing = send(url, { method, agent: false, headers: { ...headers }, ...tls }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () => {
        const fields = Object.entries(incoming.headersDistinct).flatMap(([name, values]) =>
          (values ?? []).map((value): [string, string] => [name, value]),
        );
        const body = Buffer.concat(chunks).toString();
        resolve({ status: incoming.statusCode ?? 0, headers: new Headers(fields), body });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(sent);
  });
}

export function bearer(token: string): string {
  return `Bearer ${token}`;
}

export function basic(username: string, secret: string): string {
  return `Basic ${Buffer.from(`${username}:${secret}`).toString('base64')}`;
}
