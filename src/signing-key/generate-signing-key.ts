/**
 * Makes a new signing key: RSA 2048, with its RFC 7638 thumbprint as `kid`, and a self-signed certificate, because some
 * tenants accept a resource server's public key only as a certificate. The authorizer never uses this file.
 */
// @peculiar/x509 requires that this polyfill is loaded first.
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { X509CertificateGenerator } from '@peculiar/x509';
import { calculateJwkThumbprint, exportJWK } from 'jose';
import { type PrivateSigningJwk, parseSigningJwk, SIGNING_ALGORITHM } from './signing-key.ts';

const ALGORITHM = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
};
/** The certificate only carries the public key. Keys end by rotation, not on this date. */
const CERTIFICATE_YEARS = 20;

/**
 * Generates a signing key.
 *
 * @param now epoch milliseconds: the start of the certificate's validity
 */
export async function generateSigningKey(now: number): Promise<PrivateSigningJwk> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const jwk = await exportJWK(keys.privateKey);
  const kid = await calculateJwkThumbprint(jwk);
  const x5c = [await selfSign(keys, kid, now)];
  return parseSigningJwk(JSON.stringify({ ...jwk, kid, alg: SIGNING_ALGORITHM, use: 'sig', x5c }));
}

async function selfSign(keys: webcrypto.CryptoKeyPair, kid: string, now: number): Promise<string> {
  const notBefore = new Date(now);
  const notAfter = new Date(now);
  notAfter.setUTCFullYear(notAfter.getUTCFullYear() + CERTIFICATE_YEARS);
  const certificate = await X509CertificateGenerator.createSelfSigned(
    { name: [{ CN: [kid] }], keys, notBefore, notAfter, signingAlgorithm: ALGORITHM },
    webcrypto,
  );
  return Buffer.from(certificate.rawData).toString('base64');
}
