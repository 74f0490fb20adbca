/**
 * The public keys as an HTTP response: a JWKS (RFC 7517 section 5) that may be cached, and revalidated by its `ETag`. Each
 * public member is copied by name, so that nothing else in the stored document can ever be served.
 */
import { createHash } from 'node:crypto';
import type { JwksConfiguration } from '../../src/config/function-configurations.ts';
import { publicPrincipalJwk } from '../../src/principal-token/key-pairs.ts';
import { parsePublishedKeys, servedPrincipalKeys } from '../../src/principal-token/published-keys.ts';
import { parsePublicKeys, servedKeys } from '../../src/signing-key/public-key-document.ts';
import { publicJwk } from '../../src/signing-key/signing-key.ts';

export interface RestResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface JwksRequest extends Pick<JwksConfiguration, 'keyType'> {
  /** The value of `If-None-Match`; `undefined` if there is none. */
  readonly ifNoneMatch: string | undefined;
  readonly nowMs: number;
  /** How long the response may be cached. */
  readonly maxAgeSeconds: number;
}

/** Not cacheable. */
const UNAVAILABLE: RestResponse = {
  statusCode: 503,
  headers: { 'Content-Type': 'application/problem+json', 'Cache-Control': 'no-store', 'Retry-After': '5' },
  body: JSON.stringify({ title: 'Service Unavailable', status: 503, detail: 'The keys cannot be read. Try again.' }),
};

/**
 * Responds to a request for the keys.
 *
 * @param documentText the document of public keys
 * @returns 200, or 304 if the caller has them already; 503 as long as there are none, since an empty set would be cached too
 * @throws ConfigurationError `signing_key_invalid`
 * @see RFC 9110 sections 8.8.3, 13.1.2 and 15.4.5
 */
export function jwksResponse(
  documentText: string,
  { keyType, ifNoneMatch, nowMs, maxAgeSeconds }: JwksRequest,
): RestResponse {
  const keys =
    keyType === 'EC'
      ? servedPrincipalKeys(parsePublishedKeys(documentText), nowMs).map(publicPrincipalJwk)
      : servedKeys(parsePublicKeys(documentText), nowMs).map(publicJwk);
  if (keys.length === 0) return UNAVAILABLE;
  const body = JSON.stringify({ keys });
  const etag = `"${createHash('sha256').update(body).digest('base64url')}"`;
  const caching = { ETag: etag, 'Cache-Control': `public, max-age=${maxAgeSeconds}` };
  if (isKnown(etag, ifNoneMatch)) return { statusCode: 304, headers: caching, body: '' };
  // Plain JSON, since not every server accepts `application/jwk-set+json`.
  const headers = { ...caching, 'Content-Type': 'application/json', 'X-Content-Type-Options': 'nosniff' };
  return { statusCode: 200, headers, body };
}

/** For when the document cannot be read. */
export function unavailable(): RestResponse {
  return UNAVAILABLE;
}

/** A proxy that compressed the response may have weakened the tag. */
function isKnown(etag: string, ifNoneMatch: string | undefined): boolean {
  const tags = (ifNoneMatch ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags.includes('*') || tags.includes(etag);
}
