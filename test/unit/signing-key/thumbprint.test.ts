import { createPrivateKey, createPublicKey, createSecretKey, generateKeyPairSync } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK } from 'jose';
import { describe, expect, it } from 'vitest';
import { thumbprintOf } from '../../../src/signing-key/thumbprint.ts';

/** The example of RFC 7638 section 3.1. */
const RFC_KEY = {
  kty: 'RSA',
  n: '0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw',
  e: 'AQAB',
};

describe('thumbprintOf', () => {
  it('calculates the thumbprint in the example of RFC 7638', () => {
    const key = createPublicKey({ key: RFC_KEY, format: 'jwk' });
    expect(thumbprintOf(key)).toBe('NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs');
  });

  it.each([
    ['RSA', generateKeyPairSync('rsa', { modulusLength: 2048 })],
    ['EC', generateKeyPairSync('ec', { namedCurve: 'P-256' })],
    ['OKP', generateKeyPairSync('ed25519')],
  ])('agrees with jose about a key of type %s and about its private half', async (_, { publicKey, privateKey }) => {
    const expected = await calculateJwkThumbprint(await exportJWK(publicKey));
    expect(thumbprintOf(publicKey)).toBe(expected);
    expect(thumbprintOf(createPrivateKey(privateKey.export({ type: 'pkcs8', format: 'pem' })))).toBe(expected);
  });

  it('refuses a key that is not a key pair', () => {
    expect(() => thumbprintOf(createSecretKey(Buffer.from('secret')))).toThrow();
  });
});
