/** Sends requests to an API, with several `Authorization` headers if a test needs them. */
import { request } from 'node:http';

export interface ApiResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/** Sends a request; a list of authorizations makes several headers. It uses `node:http`, because `fetch` would join them. */
export function call(url: URL, method: string, authorization: string | readonly string[] = []): Promise<ApiResponse> {
  const headers = { Authorization: [authorization].flat() };
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, agent: false, headers }, (incoming) => {
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
    outgoing.end();
  });
}

export function bearer(token: string): string {
  return `Bearer ${token}`;
}

export function basic(username: string, secret: string): string {
  return `Basic ${Buffer.from(`${username}:${secret}`).toString('base64')}`;
}
