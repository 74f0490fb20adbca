/**
 * Fetches the JWKS of a resource server. Time and size are limited, redirects are not followed, and the content is not
 * trusted. Requests never leave this machine: a remote origin must be mapped to loopback, otherwise it has no keys.
 */
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isJsonObject, parseJsonObject } from './http.ts';
import type { JsonObject } from './records.ts';

const TIMEOUT_MS = 2_000;
const MAX_BYTES = 64_000;
const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'];

export interface KeyFetcherOptions {
  readonly now: () => number;
  /** How long a JWKS is cached; 0 fetches it each time. */
  readonly cacheSeconds: number;
  /**
   * Maps an origin to the server that stands for it, such as `https://demo.api` → `http://127.0.0.1:4000`; tests change
   * it in place.
   */
  readonly origins: ReadonlyMap<string, string>;
}

export class KeyFetcher {
  readonly #options: KeyFetcherOptions;
  readonly #cache = new Map<string, { readonly keys: readonly JsonObject[]; readonly untilMs: number }>();

  constructor(options: KeyFetcherOptions) {
    this.#options = options;
  }

  /** Returns the keys at a URL, or no keys if it cannot be reached or is not a JWKS. */
  async fetch(location: string): Promise<readonly JsonObject[]> {
    const { now, cacheSeconds } = this.#options;
    const cached = this.#cache.get(location);
    if (cached && now() < cached.untilMs) return cached.keys;
    const url = this.#resolve(location);
    const keys = LOOPBACK.includes(url.hostname) ? await fetchKeys(url).catch(() => []) : [];
    if (keys.length > 0) this.#cache.set(location, { keys, untilMs: now() + cacheSeconds * 1000 });
    return keys;
  }

  #resolve(location: string): URL {
    const url = new URL(location);
    const origin = this.#options.origins.get(url.origin);
    return origin === undefined ? url : new URL(url.pathname + url.search, origin);
  }
}

async function fetchKeys(url: URL): Promise<readonly JsonObject[]> {
  const jwks = parseJsonObject(await fetchText(url));
  return Array.isArray(jwks?.keys) ? jwks.keys.filter(isJsonObject) : [];
}

function fetchText(url: URL): Promise<string> {
  const start = url.protocol === 'https:' ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const request = start(url, { agent: false, signal: AbortSignal.timeout(TIMEOUT_MS) }, (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      if (response.statusCode !== 200) request.destroy(new Error(`status ${response.statusCode}`));
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > MAX_BYTES) request.destroy(new Error('the JWKS is too long'));
        chunks.push(chunk);
      });
      response.on('error', reject);
      response.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    });
    request.on('error', reject);
    request.end();
  });
}
