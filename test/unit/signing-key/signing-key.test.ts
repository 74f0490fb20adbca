import { createPublicKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import fc from 'fast-check';
import { calculateJwkThumbprint, exportJWK, importSPKI, importX509, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../../src/core/errors.ts';
import { signClientAssertion } from '../../../src/issuer/client-assertion.ts';
import { generateSigningKey } from '../../../src/signing-key/generate-signing-key.ts';
import {
  certificatePem,
  importSigningKey,
  parseSigningJwk,
  publicJwk,
  publicKeyPem,
} from '../../../src/signing-key/signing-key.ts';
import { NOW_MS } from '../../support/core/clock.ts';
import { caught, configurationError, everythingIn } from '../../support/core/errors.ts';

const jwk = await generateSigningKey(NOW_MS);
const text = (changes: Record<string, unknown> = {}) => JSON.stringify({ ...jwk, ...changes });
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi'] as const;

const invalid = (what: string) =>
  configurationError(
    'signing_key_invalid',
    `The stored signing key ${what}. Expected the private JWK that the deployment writes; rotate the key to make a new one.`,
  );

describe('a generated signing key', () => {
  it('is an RSA key of 2,048 bits named by its thumbprint', async () => {
    expect(jwk).toMatchObject({ kty: 'RSA', alg: 'RS256', use: 'sig', e: 'AQAB' });
    expect(jwk.kid).toBe(await calculateJwkThumbprint({ ...publicJwk(jwk) }));
    expect(importSigningKey(jwk).privateKey.asymmetricKeyDetails?.modulusLength).toBe(2048);
  });

  it('is different each time', async () => {
    expect((await generateSigningKey(NOW_MS)).kid).not.toBe(jwk.kid);
  });

  it('has its own certificate, valid for twenty years from the given time', () => {
    const certificate = new X509Certificate(certificatePem(jwk));
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.subject).toBe(`CN=${jwk.kid}`);
    expect(certificate.issuer).toBe(`CN=${jwk.kid}`);
    expect(Date.parse(certificate.validFrom)).toBe(NOW_MS);
    expect(Date.parse(certificate.validTo)).toBe(Date.UTC(2046, 0, 15, 12));
    expect(certificate.publicKey.export({ format: 'jwk' })).toMatchObject({ n: jwk.n, e: jwk.e });
  });

  it('is unchanged after it was stored and read again', () => {
    expect(parseSigningJwk(JSON.stringify(jwk))).toEqual(jwk);
  });
});

describe('the public forms of a signing key', () => {
  it('have no private member as a JWK, for any input', () => {
    expect(publicJwk(jwk)).toEqual({ kty: 'RSA', kid: jwk.kid, alg: 'RS256', use: 'sig', n: jwk.n, e: jwk.e });
    expect(Object.keys(publicJwk(jwk))).toEqual(['kty', 'kid', 'alg', 'use', 'n', 'e']);
  });

  it('are the same key as JWK, PEM and certificate', async () => {
    const forms = [
      createPublicKey({ key: { ...publicJwk(jwk) }, format: 'jwk' }).export({ format: 'jwk' }),
      await exportJWK(await importSPKI(publicKeyPem(jwk), 'RS256', { extractable: true })),
      await exportJWK(await importX509(certificatePem(jwk), 'RS256', { extractable: true })),
    ];
    for (const form of forms) expect(form).toEqual({ kty: 'RSA', n: jwk.n, e: jwk.e });
  });

  it('have lines of 64 characters and one final newline as PEM', () => {
    for (const [label, pem] of [
      ['PUBLIC KEY', publicKeyPem(jwk)],
      ['CERTIFICATE', certificatePem(jwk)],
    ]) {
      expect(pem).toMatch(
        new RegExp(
          `^-----BEGIN ${label}-----\n(?:[A-Za-z0-9+/=]{64}\n)*[A-Za-z0-9+/=]{1,64}\n-----END ${label}-----\n$`,
        ),
      );
    }
  });

  it('verify what the private form signs', async () => {
    const claims = { clientId: 'api', audience: 'issuer', jti: 'j', now: NOW_MS };
    const assertion = signClientAssertion(importSigningKey(parseSigningJwk(text())), claims);
    const key = await importX509(certificatePem(jwk), 'RS256');
    const { protectedHeader } = await jwtVerify(assertion, key, { currentDate: new Date(NOW_MS) });
    expect(protectedHeader.kid).toBe(jwk.kid);
  });
});

describe('a stored signing key', () => {
  it.each(['', '{', 'null', '[]', '"jwk"', '-----BEGIN PRIVATE KEY-----'])(
    'is refused if it is not a JSON object: %j',
    (value) => {
      expect(() => parseSigningJwk(value)).toThrow(invalid('is not a JSON object'));
    },
  );

  it.each([
    [{ kty: 'EC' }, 'has a "kty" that is not "RSA"'],
    [{ kty: undefined }, 'has a "kty" that is not "RSA"'],
    [{ alg: 'RS512' }, 'has an "alg" that is not "RS256"'],
    [{ use: 'enc' }, 'has a "use" that is not "sig"'],
    [{ x5c: undefined }, 'lacks its certificate in "x5c"'],
    [{ x5c: [] }, 'lacks its certificate in "x5c"'],
    [{ x5c: [7] }, 'lacks its certificate in "x5c"'],
    [{ x5c: 'MII' }, 'lacks its certificate in "x5c"'],
  ])('is refused if the deployment did not write it: %j', (changes, what) => {
    expect(() => parseSigningJwk(text(changes))).toThrow(invalid(what));
  });

  it.each(['kid', 'n', 'e', ...PRIVATE_MEMBERS])('is refused without the member %s as text', (member) => {
    for (const value of [undefined, null, '', 7, ['x']]) {
      expect(() => parseSigningJwk(text({ [member]: value }))).toThrow(invalid(`lacks the member "${member}"`));
    }
  });

  it('is refused with fewer than 2,048 bits', () => {
    const small = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey.export({ format: 'jwk' });
    expect(() => importSigningKey(parseSigningJwk(text({ ...small })))).toThrow(
      invalid('has 1024 bits; at least 2048 are required'),
    );
  });

  it.each([
    ['a modulus that is not base64url', { n: '!' }],
    ['an unknown key type', { kty: 'unknown' }],
  ])('is refused with %s, on every version of Node', (_, changes) => {
    expect(() => importSigningKey(Object.assign({ ...jwk }, changes))).toThrow(
      invalid('is not a usable RSA private key'),
    );
  });

  it('is parsed or refused with a ConfigurationError, for any text', () => {
    const anything = fc.oneof(
      fc.string(),
      fc.json(),
      fc.dictionary(fc.constantFrom(...Object.keys(jwk)), fc.jsonValue()).map(text),
    );
    fc.assert(
      fc.property(anything, (value) => {
        try {
          expect(parseSigningJwk(value)).toMatchObject({ kty: 'RSA', alg: 'RS256', use: 'sig' });
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigurationError);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('never shows its private members in an error', async () => {
    for (const member of ['kid', 'x5c', 'use', ...PRIVATE_MEMBERS]) {
      const errorText = everythingIn(await caught(() => parseSigningJwk(text({ [member]: 7 }))));
      for (const name of PRIVATE_MEMBERS) expect(errorText).not.toContain(jwk[name].slice(0, 16));
    }
    const broken = { ...jwk, n: 'AQAB', q: '!' };
    const errorText = everythingIn(await caught(() => importSigningKey(broken)));
    for (const name of PRIVATE_MEMBERS) expect(errorText).not.toContain(jwk[name].slice(0, 16));
  });
});
