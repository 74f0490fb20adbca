/** Reads from an event what shows that the caller holds the key or the certificate of a bound token. */
import type { Evidence } from '../../src/proof-of-possession/bound-tokens.ts';
import { type Headers, headerValues } from './header-values.ts';

/** As API Gateway describes it, after it has verified it by mutual TLS. */
export interface ClientCertificate {
  readonly clientCertPem?: string;
}

interface Event {
  readonly headers?: Headers | null | undefined;
  readonly multiValueHeaders?: Headers | null | undefined;
  readonly requestContext: { readonly domainName?: string | undefined };
}

/**
 * @param path as the caller sees it: with the stage, or with the base path of a custom domain
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-mutual-tls.html
 */
export function evidenceIn(event: Event, path: string, certificate: ClientCertificate | null | undefined): Evidence {
  const { domainName } = event.requestContext;
  return {
    // Not from the `Host` header, which the caller writes.
    url: domainName === undefined ? undefined : `https://${domainName}${path}`,
    proofs: headerValues(event.multiValueHeaders ?? event.headers, 'dpop'),
    clientCertificate: certificate?.clientCertPem,
  };
}
