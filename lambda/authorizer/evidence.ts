/**
 * Reads from an event what shows that the caller holds the key or the certificate of a bound token. The proofs are the caller's; domain, path
 * and certificate are API Gateway's.
 */
import { UNKNOWN_PATH } from '../../src/core/served-path.ts';
import type { Evidence } from '../../src/proof-of-possession/bound-tokens.ts';
import { type Headers, headerValues } from './header-values.ts';

/** As API Gateway describes it, after it has verified it by mutual TLS. */
export interface ClientCertificate {
  readonly clientCertPem?: string;
}

interface Event {
  readonly headers?: Headers | null | undefined;
  readonly multiValueHeaders?: Headers | null | undefined;
}

/** Where a request came in. */
export interface Place {
  /** Not from the `Host` header, which the caller writes. `undefined` if the event does not say. */
  readonly domainName: string | undefined;
  /** The path as the caller sees it: with the stage, or with the base path of a custom domain. */
  readonly path: string;
  /** The part of the path that the API serves, without stage and base path. */
  readonly served: string;
}

/**
 * Collects the evidence.
 *
 * @param publicUrl where callers see the API, if that is not the domain of the event
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-mutual-tls.html
 */
export function evidenceIn(
  event: Event,
  place: Place,
  certificate: ClientCertificate | null | undefined,
  publicUrl: string | undefined,
): Evidence {
  return {
    url: publicUrl === undefined ? ownUrl(place) : urlBelow(publicUrl, place),
    proofs: headerValues(event.multiValueHeaders ?? event.headers, 'dpop'),
    clientCertificate: certificate?.clientCertPem,
  };
}

function ownUrl({ domainName, path }: Place): string | undefined {
  return domainName === undefined ? undefined : `https://${domainName}${path}`;
}

/**
 * Under the host of the public URL, API Gateway knows what the caller sees. Otherwise the path of the public URL is added, unless the API's
 * own paths begin with it, such as `/mcp` for `https://mcp.example.com/mcp`.
 */
function urlBelow(publicUrl: string, place: Place): string | undefined {
  const { origin, pathname, host } = new URL(publicUrl);
  const { domainName, served } = place;
  if (domainName === host) return ownUrl(place);
  if (served === UNKNOWN_PATH) return undefined;
  const base = pathname.replace(/\/$/, '');
  return `${origin}${`${served}/`.startsWith(`${base}/`) ? '' : base}${served}`;
}
