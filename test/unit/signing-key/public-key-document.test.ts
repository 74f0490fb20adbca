import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { generateSigningKey } from '../../../src/signing-key/generate-signing-key.ts';
import { parsePublicKeys, writePublicKeys } from '../../../src/signing-key/public-key-document.ts';
import { NOW_MS } from '../../support/core/clock.ts';
import { configurationError } from '../../support/core/errors.ts';

const key = await generateSigningKey(NOW_MS);
const published = { kty: 'RSA', kid: key.kid, alg: 'RS256', use: 'sig', n: key.n, e: key.e, x5c: [...key.x5c] };

function invalid(what: string) {
  return configurationError(
    'signing_key_invalid',
    `The document of public signing keys ${what}. Expected the JWKS that the deployment writes; deploy the stack with the signing key again.`,
  );
}

describe('the document of public keys', () => {
  it('contains public halves only, even if it gets whole keys', () => {
    expect(JSON.parse(writePublicKeys([key]))).toEqual({ keys: [published] });
  });

  it('reads what it wrote', () => {
    expect(parsePublicKeys(writePublicKeys([key]))).toEqual([published]);
    expect(parsePublicKeys('{"keys":[]}')).toEqual([]);
  });

  it('drops private members when parsed', () => {
    expect(parsePublicKeys(JSON.stringify({ keys: [key] }))).toEqual([published]);
  });

  it.each([
    ['', 'is not a JWKS'],
    ['{}', 'is not a JWKS'],
    ['{"keys":[null]}', 'holds a key that is not an RSA key for RS256'],
    [JSON.stringify({ keys: [{ ...published, alg: 'none' }] }), 'holds a key that is not an RSA key for RS256'],
    [JSON.stringify({ keys: [{ ...published, use: 'enc' }] }), 'holds a key that is not an RSA key for RS256'],
    [JSON.stringify({ keys: [{ ...published, n: undefined }] }), 'holds a key without "kid", "n" and "e"'],
    [JSON.stringify({ keys: [{ ...published, x5c: [] }] }), 'holds a key without its certificate in "x5c"'],
  ])('refuses what it would not write (%#)', (text, what) => {
    expect(() => parsePublicKeys(text)).toThrow(invalid(what));
  });

  it('reads or refuses any JSON', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        try {
          expect(Array.isArray(parsePublicKeys(text))).toBe(true);
        } catch (error) {
          expect(error).toMatchObject({ code: 'signing_key_invalid' });
        }
      }),
    );
  });
});
