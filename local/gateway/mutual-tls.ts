/** Mutual TLS as API Gateway does it: a client without a certificate of the trust store gets no connection. */
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { APIGatewayEventClientCertificate } from 'aws-lambda';

/** All of it is PEM. */
export interface MutualTls {
  /** The private key and the certificate of the server. */
  readonly key: string;
  readonly cert: string;
  /** The trust store: who has issued the certificates of the clients. */
  readonly ca: string;
}

/** The client certificate of a connection, as events describe it; `undefined` without TLS. */
export function clientCertificateOf(socket: Socket): APIGatewayEventClientCertificate | undefined {
  const certificate = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined;
  return (
    certificate && {
      clientCertPem: certificate.toString(),
      subjectDN: certificate.subject,
      issuerDN: certificate.issuer,
      serialNumber: certificate.serialNumber,
      validity: { notBefore: certificate.validFrom, notAfter: certificate.validTo },
    }
  );
}
