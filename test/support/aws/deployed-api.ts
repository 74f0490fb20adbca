/** Requests to the deployed API. */
import { request } from 'node:http';
import { type Account, sendToAws } from '../../../local/deployment/aws-request.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/** Sends a request; a list of authorizations makes several headers. By `node:http`, since `fetch` would join them. */
export function call(
  baseUrl: string,
  method: string,
  path: string,
  authorization: string | readonly string[] = [],
): Promise<Answer> {
  const headers = { Authorization: [authorization].flat() };
  return new Promise((resolve, reject) => {
    const outgoing = request(new URL(path, baseUrl), { method, agent: false, headers }, (incoming) => {
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

/**
 * Lets the gateway keep answers by the credential alone, the only source that the emulator knows.
 *
 * @returns what turns it off again
 */
export async function keepAnswers(account: Account, baseUrl: string): Promise<() => Promise<void>> {
  const [apiId] = new URL(baseUrl).pathname.split('/').slice(3);
  const path = `/restapis/${apiId}/authorizers`;
  const { text } = await sendToAws(account, { service: 'apigateway', method: 'GET', path });
  const authorizerId = /"id":\s*"(\w+)"/.exec(text)?.[1];
  const patch = async (ttlSeconds: string, sources: string) => {
    const operations = [
      { op: 'replace', path: '/authorizerResultTtlInSeconds', value: ttlSeconds },
      { op: 'replace', path: '/identitySource', value: sources },
    ];
    const body = JSON.stringify({ patchOperations: operations });
    await sendToAws(account, { service: 'apigateway', method: 'PATCH', path: `${path}/${authorizerId}`, body });
  };
  const sources = /"identitySource":\s*"([^"]+)"/.exec(text)?.[1] ?? '';
  await patch('60', 'method.request.header.Authorization');
  return () => patch('0', sources);
}
