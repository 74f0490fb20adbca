/**
 * Records the requests that arrive. Tests in this process see all of them; `redact` removes the secrets for everyone
 * else.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { Exchange } from './http.ts';
import type { JsonObject } from './records.ts';

const MAX_ENTRIES = 10_000;
const SECRET_FIELDS = [
  'token',
  'access_token',
  'client_assertion',
  'client_secret',
  'password',
  'refresh_token',
  'signing_secret',
  'code',
  'code_verifier',
  'csrf',
  'state',
  'id_token_hint',
];

export interface LoggedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: JsonObject | undefined;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** 0 until a response is sent; stays 0 if none is sent. */
  status: number;
}

export class RequestLog {
  readonly entries: LoggedRequest[] = [];

  add({ method, path, query, headers, body }: Exchange, at: number): LoggedRequest {
    const entry = { method, path, query: query.toString(), headers, body, at, status: 0 };
    if (this.entries.length >= MAX_ENTRIES) this.entries.shift();
    this.entries.push(entry);
    return entry;
  }

  clear(): void {
    this.entries.length = 0;
  }

  /** Returns the requests of one method whose path has this beginning. */
  find(method: string, path: string): readonly LoggedRequest[] {
    return this.entries.filter((entry) => entry.method === method && entry.path.startsWith(path));
  }
}

export function redact(entry: LoggedRequest): JsonObject {
  const { authorization, cookie: _cookie, ...headers } = entry.headers;
  const scheme = authorization === undefined ? {} : { authorization: `${authorization.split(' ')[0]} …` };
  const query = new URLSearchParams(entry.query);
  for (const name of query.keys()) if (SECRET_FIELDS.includes(name)) query.set(name, '…');
  const body = entry.body && redactBody(entry.body);
  return { ...entry, query: query.toString(), headers: { ...headers, ...scheme }, body };
}

function redactBody(body: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => [name, SECRET_FIELDS.includes(name) ? '…' : value]),
  );
}
