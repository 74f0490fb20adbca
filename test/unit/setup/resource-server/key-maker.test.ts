import 'reflect-metadata';
import { createHash, generateKeyPairSync, webcrypto } from 'node:crypto';
import { X509CertificateGenerator } from '@peculiar/x509';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { kidOfOurKey } from '../../../../src/setup/resource-server/key-maker.ts';
import { wantedKeyProperties } from '../../../../src/setup/resource-server/wanted-key-properties.ts';
import { generateSigningKey } from '../../../../src/signing-key/generate-signing-key.ts';
import { certificatePem, publicJwk, publicKeyPem } from '../../../../src/signing-key/signing-key.ts';

const key = await generateSigningKey(0);
const other = await generateSigningKey(0);
const PEM = certificatePem(key);
const RSA = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
};

/** A certificate that anybody could generate. */
async function certificate(subject: string, issuer = subject): Promise<string> {
  const keys = await webcrypto.subtle.generateKey(RSA, true, ['sign', 'verify']);
  const authority = await webcrypto.subtle.generateKey(RSA, true, ['sign', 'verify']);
  const signingKey = subject === issuer ? keys.privateKey : authority.privateKey;
  const made = await X509CertificateGenerator.create(
    { subject, issuer, publicKey: keys.publicKey, signingKey, signingAlgorithm: RSA, notAfter: new Date('2040-01-01') },
    webcrypto,
  );
  return made.toString('pem');
}

describe('kidOfOurKey', () => {
  it.each<[string, unknown]>([
    ['a certificate', PEM],
    ['a certificate without line breaks', PEM.replace(/\n/g, '')],
    ['a certificate with other line breaks and spaces around it', `  ${PEM.replaceAll('\n', '\r\n')}  `],
    ['a JWK as text', JSON.stringify(publicJwk(key))],
    ['a JWK as an object in another layout', { e: key.e, n: key.n, kid: key.kid, kty: 'RSA' }],
    ['an entry with a certificate', { kid: key.kid, pem: PEM }],
    ['an entry with a public key', { kid: key.kid, pem: publicKeyPem(key) }],
  ])('recognizes our key as %s', (_what, value) => {
    expect(kidOfOurKey(value)).toBe(key.kid);
  });

  it.each(['certificate', 'jwk'] as const)(
    'recognizes our key in every form in which it is delivered (%s)',
    (keyFormat) => {
      const [{ verificationKey }] = wantedKeyProperties({ keyDelivery: 'verificationKey', keyFormat, keys: [key] });
      const [{ verificationKeys }] = wantedKeyProperties({ keyDelivery: 'verificationKeys', keyFormat, keys: [key] });
      expect([kidOfOurKey(verificationKey), kidOfOurKey(verificationKeys?.[0])]).toEqual([key.kid, key.kid]);
    },
  );
});

describe('kidOfOurKey for a foreign value', () => {
  it.each<[string, unknown]>([
    ['a JWK without a kid', { kty: 'RSA', n: key.n, e: key.e }],
    ['a JWK with the kid of another', { ...publicJwk(key), kid: other.kid }],
    ['an entry with the kid of another', { kid: other.kid, pem: PEM }],
    ['a public key without a kid', publicKeyPem(key)],
    ['text that is not a key', 'THEIRS'],
    ['a broken certificate', PEM.replace('MII', 'AII')],
    ['null', null],
    ['a list', [PEM]],
    ['a number', 5],
    [
      'a key that is not RSA',
      { ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' }), kid: 'x' },
    ],
  ])('does not recognize %s', (_what, value) => {
    expect(kidOfOurKey(value)).toBeUndefined();
  });

  it('does not recognize a certificate with another name', async () => {
    expect(kidOfOurKey(await certificate('CN=demo.api'))).toBeUndefined();
    expect(kidOfOurKey(await certificate(`CN=${key.kid}`))).toBeUndefined();
  });

  it('does not recognize a certificate of an authority', async () => {
    expect(kidOfOurKey(await certificate('CN=demo.api', 'CN=An authority'))).toBeUndefined();
  });

  it('does not recognize any other value, and never throws', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        expect(kidOfOurKey(value)).toBeUndefined();
      }),
    );
    const around = (text: string) => `-----BEGIN CERTIFICATE-----\n${text}\n-----END CERTIFICATE-----`;
    fc.assert(
      fc.property(fc.base64String(), (text) => {
        expect(kidOfOurKey(around(text))).toBeUndefined();
      }),
    );
  });

  it('does not recognize a JWK whose thumbprint was calculated from other members', () => {
    const kid = createHash('sha256')
      .update(JSON.stringify({ n: key.n, e: key.e, kty: 'RSA' }))
      .digest('base64url');
    expect(kidOfOurKey({ kty: 'RSA', n: key.n, e: key.e, kid })).toBeUndefined();
  });
});
