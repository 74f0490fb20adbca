/**
 * Recognizes a key that this software made for any deployment: its name is its own RFC 7638 thumbprint. The value comes
 * from the tenant: every thumbprint is calculated here, and no name is trusted.
 */
import { createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import { isJsonObject, parseJson } from '../../core/json.ts';
import type { WantedKeyProperties } from '../../management/key-properties.ts';
import { thumbprintOf } from '../../signing-key/thumbprint.ts';

/** Far longer than a certificate or JWK. */
const LONGEST_VALUE = 20_000;
const CERTIFICATE = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/;

/**
 * Reads the `kid` of a key that this software made.
 *
 * @param value a PEM certificate, a JWK as text or object, or an entry `{kid, pem}`
 * @returns `undefined` for anything else, and for a key whose name is not its thumbprint
 */
export function kidOfOurKey(value: unknown): string | undefined {
  try {
    return typeof value === 'string' ? kidOfText(value.slice(0, LONGEST_VALUE)) : kidOfObject(value);
  } catch {
    // OpenSSL throws for what it cannot read, which is not a key of ours.
    return undefined;
  }
}

/** The `kid`s of the keys that are to be delivered by value; none by URL. */
export function wantedKids({ verificationKey, verificationKeys }: WantedKeyProperties): readonly string[] {
  const single = kidOfOurKey(verificationKey);
  return [...(single === undefined ? [] : [single]), ...(verificationKeys ?? []).map(({ kid }) => kid)];
}

function kidOfText(text: string): string | undefined {
  const der = CERTIFICATE.exec(text)?.[1];
  return der === undefined ? kidOfObject(parseJson(text)) : kidOfCertificate(der);
}

/** Self-signed, and both its names are the thumbprint of its own key. */
function kidOfCertificate(base64: string): string | undefined {
  const certificate = new X509Certificate(Buffer.from(base64, 'base64'));
  const thumbprint = thumbprintOfRsa(certificate.publicKey);
  const isNamedAfterKey = [certificate.subject, certificate.issuer].every((name) => name === `CN=${thumbprint}`);
  return isNamedAfterKey && certificate.verify(certificate.publicKey) ? thumbprint : undefined;
}

function kidOfObject(value: unknown): string | undefined {
  if (!isJsonObject(value)) return undefined;
  const { kid, pem, kty, n, e } = value;
  const key =
    typeof pem === 'string'
      ? createPublicKey(pem)
      : createPublicKey({ key: { kty: String(kty), n: String(n), e: String(e) }, format: 'jwk' });
  return thumbprintOfRsa(key) === kid && typeof kid === 'string' ? kid : undefined;
}

/** This software makes RSA keys only. */
function thumbprintOfRsa(key: KeyObject): string | undefined {
  return key.asymmetricKeyType === 'rsa' ? thumbprintOf(key) : undefined;
}

/** Where an endpoint of ours serves the JWKS, in AWS or in its emulator. */
const JWKS_PATH = /\/\.well-known\/jwks\.json$/;
const JWKS_HOST = /(?:^|\.)execute-api\./;

/** Returns whether a value looks like the URL of a JWKS that this software serves. */
export function isJwksUrlOfOurs(value: unknown): value is string {
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined;
  return url !== undefined && JWKS_HOST.test(url.hostname) && JWKS_PATH.test(url.pathname);
}
