/** Fetches the JWKS by which a tenant gets the resource server's key, as the tenant would. */
import { HttpFailure } from '../core/http.ts';
import { isJsonObject, parseJson } from '../core/json.ts';
import { isSecureUrl } from '../core/secure-url.ts';
import type { Context } from './command.ts';
import { readKeys } from './held-keys.ts';
import { timeoutMs } from './timeout.ts';

export interface FetchedJwks {
  readonly url: string;
  readonly thumbprints: readonly string[];
  /** Why there are none; `null` if nothing is wrong. */
  readonly problem: string | null;
}

const LONGEST_MS = 5000;

/** Never throws for what it finds there: a document that is not served is one of the things to find out. */
export async function fetchJwks(url: string, context: Pick<Context, 'settings' | 'ports'>): Promise<FetchedJwks> {
  try {
    const document = await fetchDocument(url, context);
    const keys = isJsonObject(document) && Array.isArray(document.keys) ? await readKeys(document.keys) : undefined;
    if (!keys) return { url, thumbprints: [], problem: 'it is no JWKS' };
    return { url, thumbprints: keys.map(({ thumbprint }) => thumbprint), problem: null };
  } catch (error) {
    if (error instanceof HttpFailure) return { url, thumbprints: [], problem: error.message };
    throw error;
  }
}

async function fetchDocument(url: string, { settings, ports }: Pick<Context, 'settings' | 'ports'>): Promise<unknown> {
  if (!URL.canParse(url) || !isSecureUrl(new URL(url))) {
    throw new HttpFailure('connection', 'It is no https URL, so it is not fetched.');
  }
  const headers = { accept: 'application/json' };
  const limitMs = Math.min(timeoutMs(settings), LONGEST_MS);
  const { status, body } = await ports.http({ method: 'GET', url, headers, timeoutMs: limitMs });
  if (status !== 200) throw new HttpFailure('connection', `It is answered with ${status}.`);
  return parseJson(body);
}
