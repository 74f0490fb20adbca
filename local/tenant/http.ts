/** Reads requests and writes responses. Bodies have a size limit and are parsed strictly by their content type. */
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { JsonObject } from './records.ts';

const MAX_BODY_BYTES = 100_000;
const MAX_DRAINED_BYTES = 20_000_000;

export interface Exchange {
  readonly method: string;
  /** As the caller sent it, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly remoteAddress: string;
  readonly bodyType: 'none' | 'json' | 'form' | 'other';
  /** The members of a JSON object or the fields of a form; `undefined` if there is no body or it cannot be parsed. */
  readonly body: JsonObject | undefined;
}

export interface Reply {
  readonly status: number;
  /** Written as JSON; a string is written as it is. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Thrown to end the handling of a request with this reply. */
export class Refusal extends Error {
  readonly reply: Reply;

  constructor(reply: Reply) {
    super(`refused with status ${reply.status}`);
    this.name = 'Refusal';
    this.reply = reply;
  }
}

/** Reads a request to its end. @throws {Refusal} 413 if the body is too long */
export async function receive(request: IncomingMessage): Promise<Exchange> {
  const { pathname, query } = splitTarget(request.url ?? '/');
  const text = await readText(request);
  return {
    method: request.method ?? 'GET',
    path: pathname,
    query,
    headers: request.headers,
    remoteAddress: request.socket.remoteAddress ?? '',
    ...parseBody(request.headers['content-type'], text),
  };
}

export function send(response: ServerResponse, reply: Reply): void {
  const text = typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body);
  const contentType = text === undefined ? {} : { 'content-type': 'application/json; charset=utf-8' };
  const length = { 'content-length': String(Buffer.byteLength(text ?? '')) };
  const headers = { ...contentType, 'cache-control': 'no-store', ...reply.headers };
  response.writeHead(reply.status, reply.status === 204 ? headers : { ...headers, ...length });
  response.end(text);
}

/** Splits the request target without normalizing the path: an encoded slash stays encoded. */
function splitTarget(target: string): { pathname: string; query: URLSearchParams } {
  const mark = target.indexOf('?');
  return mark < 0
    ? { pathname: target, query: new URLSearchParams() }
    : { pathname: target.slice(0, mark), query: new URLSearchParams(target.slice(mark + 1)) };
}

/** Reads on past the limit: otherwise the caller would see a broken connection instead of the 413. */
async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes <= MAX_BODY_BYTES) chunks.push(chunk);
    if (bytes > MAX_DRAINED_BYTES) request.destroy();
  }
  if (bytes > MAX_BODY_BYTES) throw new Refusal({ status: 413, body: { error: 'payload_too_large' } });
  return Buffer.concat(chunks).toString('utf8');
}

function parseBody(contentType: string | undefined, text: string): Pick<Exchange, 'bodyType' | 'body'> {
  if (text === '') return { bodyType: 'none', body: undefined };
  const mediaType = contentType?.split(';')[0]?.trim().toLowerCase();
  if (mediaType === 'application/json') return { bodyType: 'json', body: parseJsonObject(text) };
  if (mediaType === 'application/x-www-form-urlencoded') return { bodyType: 'form', body: parseForm(text) };
  return { bodyType: 'other', body: undefined };
}

/** Parses JSON text that must be an object; `undefined` for anything else. */
export function parseJsonObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** RFC 6749 section 3.2: a parameter must not appear more than once. */
function parseForm(text: string): JsonObject | undefined {
  const pairs = [...new URLSearchParams(text)];
  const fields = Object.fromEntries(pairs);
  return Object.keys(fields).length === pairs.length ? fields : undefined;
}
