/**
 * Serves the page for app specific passwords and its files, to everyone. All of them are in memory, so no path of a request ever
 * names a file of the system.
 */
import { createHash } from 'node:crypto';
import { OPENAPI_DOCUMENT } from '../../src/app-passwords/openapi.ts';
import type { AppPasswordsPageConfiguration } from '../../src/config/app-passwords.ts';
import { isJsonObject, type JsonObject } from '../../src/core/json.ts';
import { pageHeaders } from './page-headers.ts';

export interface PageOptions {
  readonly configuration: AppPasswordsPageConfiguration;
  /** The text of each file, by its name. */
  readonly files: ReadonlyMap<string, string>;
}

export interface PageResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

interface Served {
  readonly type: string;
  readonly text: string;
  readonly etag: string;
}

const START = 'index.html';
/** The types of the page's files. No other file is served. */
const TYPES: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  json: 'application/json',
  svg: 'image/svg+xml',
  txt: 'text/plain; charset=utf-8',
};
/** A browser asks again each time, so that nobody sees a page and a script of two versions. */
const CACHING = { 'Cache-Control': 'no-cache' };

/** Makes the handler, for events of a REST API. */
export function createPageHandler({ configuration, files }: PageOptions): (event: unknown) => Promise<PageResponse> {
  const headers = pageHeaders(configuration.issuer);
  const all = new Map([
    ...files,
    ['config.json', JSON.stringify(configuration)],
    ['openapi.json', JSON.stringify(OPENAPI_DOCUMENT)],
  ]);
  const served = new Map([...all].flatMap(([name, text]) => servedFile(name, text)));
  return async (event) => {
    const response = respond(isJsonObject(event) ? event : {}, served);
    return { ...response, headers: { ...headers, ...response.headers } };
  };
}

function servedFile(name: string, text: string): readonly (readonly [string, Served])[] {
  const type = TYPES[name.slice(name.lastIndexOf('.') + 1)];
  const etag = `"${createHash('sha256').update(text).digest('base64url')}"`;
  return type === undefined ? [] : [[name, { type, text, etag }]];
}

function respond(event: JsonObject, served: ReadonlyMap<string, Served>): PageResponse {
  const { httpMethod } = event;
  if (httpMethod !== 'GET' && httpMethod !== 'HEAD') {
    return problem(405, 'Method Not Allowed', 'Only GET and HEAD are allowed.', { Allow: 'GET, HEAD' });
  }
  const folder = folderWithoutSlash(event);
  if (folder !== undefined) return { statusCode: 308, headers: { Location: `./${folder}/`, ...CACHING }, body: '' };
  const file = served.get(assetOf(event) ?? START);
  if (!file) return problem(404, 'Not Found', 'There is no such file.');
  const headers = { ETag: file.etag, ...CACHING };
  if (isKnown(file.etag, event)) return { statusCode: 304, headers, body: '' };
  const body = httpMethod === 'HEAD' ? '' : file.text;
  return { statusCode: 200, headers: { ...headers, 'Content-Type': file.type }, body };
}

/** The gateway decides by its resources which request is for a file. Under another domain, the path has a base path in front. */
function assetOf({ pathParameters }: JsonObject): string | undefined {
  const asset = isJsonObject(pathParameters) ? pathParameters.asset : undefined;
  return typeof asset === 'string' ? asset : undefined;
}

/**
 * The last part of the URL of the page, such as `prod`, if it has no final slash. The page's own relative URLs need the slash. Only
 * letters, digits, `_` and `-` are accepted, so the redirect cannot lead to another site.
 */
function folderWithoutSlash(event: JsonObject): string | undefined {
  const { requestContext } = event;
  const path = isJsonObject(requestContext) ? requestContext.path : undefined;
  if (assetOf(event) !== undefined || typeof path !== 'string') return undefined;
  return /\/([A-Za-z0-9_-]+)$/.exec(path)?.[1];
}

/** A proxy that compressed the response may have weakened the tag. Header names arrive as the client wrote them. */
function isKnown(etag: string, { headers }: JsonObject): boolean {
  const all = isJsonObject(headers) ? Object.entries(headers) : [];
  const [, value] = all.find(([name]) => name.toLowerCase() === 'if-none-match') ?? [];
  const tags = typeof value === 'string' ? value.split(',').map((tag) => tag.trim().replace(/^W\//, '')) : [];
  return tags.includes('*') || tags.includes(etag);
}

function problem(statusCode: number, title: string, detail: string, headers = {}): PageResponse {
  const contentType = { 'Content-Type': 'application/problem+json', 'Cache-Control': 'no-store' };
  return {
    statusCode,
    headers: { ...contentType, ...headers },
    body: JSON.stringify({ title, status: statusCode, detail }),
  };
}
