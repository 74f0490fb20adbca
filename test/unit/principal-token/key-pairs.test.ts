import { createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import fc from 'fast-check';
import { calculateJwkThumbprint } from 'jose';
import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../../src/core/errors.ts';
import {
  generatePrincipalKey,
  isPublicPrincipalJwk,
  parsePrincipalKeys,
  publicPrincipalJwk,
  writePrincipalKeys,
} from '../../../src/principal-token/key-pairs.ts';
import { importPrincipalKey } from '../../../src/principal-token/principal-key.ts';
import { caught, configurationError, everythingIn } from '../../support/core/errors.ts';
import { makePrincipalKeys } from '../../support/core/principal-keys.ts';

const KEYS = makePrincipalKeys();
const [current, next] = KEYS;
const INVALID = configurationError(
  'signing_key_invalid',
  'The secret of principal tokens is not {"keys":[…]} with P-256 keys. Rotate it.',
);

describe('a generated key', () => {
  it('is a P-256 key for ES256, named by its thumbprint', async () => {
    const jwk = generatePrincipalKey();
    expect(jwk).toMatchObject({ kty: 'EC', crv: 'P-256', alg: 'ES256', use: 'sig' });
    expect(jwk.kid).toBe(await calculateJwkThumbprint({ ...jwk }));
    expect(generatePrincipalKey().kid).not.toBe(jwk.kid);
  });

  it('has a public half without the private member', () => {
    expect(Object.keys(publicPrincipalJwk(current))).toEqual(['kty', 'crv', 'kid', 'alg', 'use', 'x', 'y']);
    expect(JSON.stringify(publicPrincipalJwk(current))).not.toContain(current.d);
  });
});

describe('the secret of principal tokens', () => {
  it('holds the current key and the next one', () => {
    expect(parsePrincipalKeys(writePrincipalKeys(KEYS))).toEqual(KEYS);
  });

  it('is imported as the current key', () => {
    const { kid, privateKey } = importPrincipalKey(writePrincipalKeys(KEYS));
    expect(kid).toBe(current.kid);
    const publicKey = createPublicKey({ key: { ...publicPrincipalJwk(current) }, format: 'jwk' });
    const text = Buffer.from('text');
    expect(verify('sha256', text, publicKey, sign('sha256', text, privateKey))).toBe(true);
  });

  it.each([
    ['nothing', ''],
    ['the placeholder', '{"placeholder":"abc"}'],
    ['one key', JSON.stringify({ keys: [current] })],
    ['public keys', JSON.stringify({ keys: KEYS.map(publicPrincipalJwk) })],
    ['a key for another algorithm', JSON.stringify({ keys: [{ ...current, alg: 'ES384' }, next] })],
    ['a key for encryption', JSON.stringify({ keys: [current, { ...next, use: 'enc' }] })],
    ['a key without an id', JSON.stringify({ keys: [current, { ...next, kid: '' }] })],
  ])('is refused with %s', (_what, text) => {
    expect(() => parsePrincipalKeys(text)).toThrow(INVALID);
  });

  it.each([
    ['nothing', ''],
    ['the placeholder', '{"placeholder":"abc"}'],
    ['no list', '{"keys":{}}'],
    ['a public key', JSON.stringify({ keys: [publicPrincipalJwk(current)] })],
    ['a key without an id', JSON.stringify({ keys: [{ ...current, kid: undefined }] })],
    ['a point that is not on the curve', JSON.stringify({ keys: [{ ...current, x: next.x }] })],
    ['a key of another curve', JSON.stringify({ keys: [{ ...jwkOf('P-384'), kid: 'a' }] })],
    ['the signing key of the resource server', JSON.stringify({ keys: [{ ...rsaJwk(), kid: 'a', crv: 'P-256' }] })],
  ])('cannot sign with %s', (_what, text) => {
    expect(() => importPrincipalKey(text)).toThrow(INVALID);
  });

  it('is never in an error, whatever it holds', async () => {
    const text = JSON.stringify({ keys: [{ ...current, x: next.x }] });
    expect(everythingIn(await caught(() => importPrincipalKey(text)))).not.toContain(current.d);
  });

  it('is parsed or refused, whatever it holds', () => {
    const text = fc.oneof(
      fc.string(),
      fc.json(),
      fc.json().map((keys) => `{"keys":[${keys},${keys}]}`),
    );
    fc.assert(
      fc.property(text, (value) => {
        for (const parse of [parsePrincipalKeys, importPrincipalKey]) {
          expect(() => parse(value)).toThrow(ConfigurationError);
        }
      }),
    );
  });

  it('knows a public key from anything else', () => {
    expect(isPublicPrincipalJwk(publicPrincipalJwk(current))).toBe(true);
    fc.assert(fc.property(fc.anything(), (value) => !isPublicPrincipalJwk(value)));
  });
});

function jwkOf(namedCurve: string) {
  return generateKeyPairSync('ec', { namedCurve }).privateKey.export({ format: 'jwk' });
}

function rsaJwk() {
  return generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' });
}
