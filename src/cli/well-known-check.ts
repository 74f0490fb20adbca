/**
 * Compares the JWKS at the origin of an API's identifier with the one that the deployment publishes, as a tenant reads it with
 * keyDelivery `wellKnown`. Neither document is trusted; both are public.
 */
import { HttpFailure, type HttpPort, type HttpResponse } from '../core/http.ts';
import { isJsonObject, type JsonObject, parseJson } from '../core/json.ts';
import { isSecureUrl } from '../core/secure-url.ts';

export interface WellKnownCheck {
  /** Where the tenant looks. */
  readonly url: string;
  /** What is wrong there, each with its fix; empty if all is well. */
  readonly faults: readonly string[];
}

const TIMEOUT_MS = 10_000;
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k'];

/**
 * Checks the well-known address.
 *
 * @param audience the resource server's identifier, an http or https URL
 * @param jwksUrl where the deployment serves the JWKS
 */
export async function checkWellKnown(audience: string, jwksUrl: string, http: HttpPort): Promise<WellKnownCheck> {
  const url = new URL('/.well-known/jwks.json', audience).href;
  const ours = await fetchKeys(jwksUrl, http);
  if ('fault' in ours) return { url, faults: [describeOurFault(jwksUrl, ours.fault)] };
  const theirs = await fetchKeys(url, http);
  if ('fault' in theirs) return { url, faults: [describeTheirFault(url, theirs.fault, jwksUrl)] };
  return { url, faults: compare(ours, theirs) };
}

function describeOurFault(jwksUrl: string, fault: string): string {
  return `Our own JWKS at ${jwksUrl} ${fault}. Check that the stack is deployed and that this URL is its output JwksUrl.`;
}

function describeTheirFault(url: string, fault: string, jwksUrl: string): string {
  return `${url} ${fault}. Point it at ${jwksUrl}: let the origin forward requests for this path. A redirect does not work, because redirects are not followed.`;
}

interface Served {
  readonly keys: readonly JsonObject[];
  readonly maxAgeSeconds: number;
}

function compare(ours: Served, theirs: Served): readonly string[] {
  const missing = ours.keys.filter((key) => !theirs.keys.some((other) => isSameKey(key, other)));
  return [
    ...missing.map(
      ({ kid }) =>
        `It lacks our key ${JSON.stringify(kid)}. Let the origin forward requests to us; do not serve a copy.`,
    ),
    ...(theirs.keys.some((key) => PRIVATE_MEMBERS.some((member) => member in key))
      ? ['It serves a PRIVATE key. Remove it at once, and ask its owner to replace it.']
      : []),
    ...(theirs.maxAgeSeconds > ours.maxAgeSeconds
      ? [
          `Its max-age is ${theirs.maxAgeSeconds} s, that of our own JWKS is ${ours.maxAgeSeconds} s, so a new key would sign before caches know it. Lower its max-age, or raise jwksCacheSeconds to the same value.`,
        ]
      : []),
  ];
}

function isSameKey(key: JsonObject, other: JsonObject): boolean {
  return ['kty', 'kid', 'n', 'e'].every((member) => key[member] === other[member]);
}

async function fetchKeys(url: string, http: HttpPort): Promise<Served | { readonly fault: string }> {
  if (!isSecureUrl(new URL(url))) return { fault: 'is not an https URL' };
  try {
    return readKeys(await http({ method: 'GET', url, headers: { accept: 'application/json' }, timeoutMs: TIMEOUT_MS }));
  } catch (error) {
    if (error instanceof HttpFailure) return { fault: `cannot be reached: ${error.message}` };
    throw error;
  }
}

function readKeys({ status, headers, body }: HttpResponse): Served | { readonly fault: string } {
  if (status !== 200) return { fault: `responds with ${status}, expected 200` };
  const document = parseJson(body);
  const keys = isJsonObject(document) ? document.keys : undefined;
  if (!Array.isArray(keys) || !keys.every(isJsonObject)) return { fault: 'is not a JWKS' };
  return { keys, maxAgeSeconds: Number(/\bmax-age=(\d+)/.exec(headers['cache-control'] ?? '')?.[1] ?? 0) };
}
