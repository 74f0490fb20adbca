/** Fetches the JWKS with the resource server's key, as the tenant would. */
import { HttpFailure } from '../core/http.ts';
import { isJsonObject, parseJson } from '../core/json.ts';
import { isSecureUrl } from '../core/secure-url.ts';
import type { Context } from './command.ts';
import { readKeys } from './held-keys.ts';
import { timeoutMs } from './timeout.ts';

export interface FetchedJwks {
  readonly url: string;
  readonly thumbprints: readonly string[];
  /** What is wrong with the JWKS; `null` if nothing is. */
  readonly problem: string | null;
}

const LONGEST_MS = 5000;

/** Does not throw if the document is missing or invalid: `problem` then says so. */
export async function fetchJwks(url: string, context: Pick<Context, 'settings' | 'ports'>): Promise<FetchedJwks> {
  try {
    const document = await fetchDocument(url, context);
    const keys = isJsonObject(document) && Array.isArray(document.keys) ? readKeys(document.keys) : undefined;
    if (!keys) return { url, thumbprints: [], problem: 'it is not a JWKS' };
    return { url, thumbprints: keys.map(({ thumbprint }) => thumbprint), problem: null };
  } catch (error) {
    if (error instanceof HttpFailure) return { url, thumbprints: [], problem: error.message };
    throw error;
  }
}

async function fetchDocument(url: string, { settings, ports }: Pick<Context, 'settings' | 'ports'>): Promise<unknown> {
  if (!URL.canParse(url) || !isSecureUrl(new URL(url))) {
    throw new HttpFailure('connection', 'It is not an https URL, so it is not fetched.');
  }
  const headers = { accept: 'application/json' };
  const limitMs = Math.min(timeoutMs(settings), LONGEST_MS);
  const { status, body } = await ports.http({ method: 'GET', url, headers, timeoutMs: limitMs });
  if (status !== 200) throw new HttpFailure('connection', `The response is ${status}, expected 200.`);
  return parseJson(body);
}
