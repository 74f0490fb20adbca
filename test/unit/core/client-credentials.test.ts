import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseClientCredentials } from '../../../src/core/client-credentials.ts';
import { ConfigurationError } from '../../../src/core/errors.ts';
import { OTHER_RSA, P256, pem, publicPem, RSA, secretParts } from '../../support/core/client-keys.ts';
import { caught, everythingIn } from '../../support/core/errors.ts';

const NAME = 'auth0/client';
const parse = (value: unknown) => parseClientCredentials(NAME, JSON.stringify(value));
const jwk = (key: KeyObject) => key.export({ format: 'jwk' });

describe('the secret of a client with a client secret', () => {
  it('holds its id, its secret, and perhaps a connection', () => {
    const client = { clientId: 'id', clientSecret: 'secret' };
    expect(parse(client)).toEqual({ ...client, connection: undefined });
    expect(parse({ ...client, connection: 'Staff', more: 1 })).toEqual({ ...client, connection: 'Staff' });
    expect(parse({ ...client, connection: '' })).toEqual({ ...client, connection: undefined });
  });

  it.each([
    ['nothing', undefined],
    ['no JSON', 'SECRET-CANARY'],
    ['JSON text', '"SECRET-CANARY"'],
    ['a list', '["SECRET-CANARY"]'],
    ['no secret', '{"clientId":"SECRET-CANARY"}'],
    ['an empty secret', '{"clientId":"SECRET-CANARY","clientSecret":""}'],
    ['a number as the secret', '{"clientId":"SECRET-CANARY","clientSecret":1}'],
    ['no id', '{"clientSecret":"SECRET-CANARY"}'],
    ['an empty key', '{"clientId":"SECRET-CANARY","privateKey":""}'],
    ['a list as the key', '{"clientId":"SECRET-CANARY","privateKey":["SECRET-CANARY"]}'],
    ['a secret and a key', JSON.stringify({ clientId: 'a', clientSecret: 'SECRET-CANARY', privateKey: pem(RSA) })],
  ])('is refused if it holds %s, and is not repeated', async (_, text) => {
    const error = await caught(() => parseClientCredentials(NAME, text));
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error).toMatchObject({
      code: 'configuration_invalid',
      message: expect.stringMatching(
        /^The secret auth0\/client does not exist or does not hold a client\. Expected .*/,
      ),
    });
    expect(everythingIn(error)).not.toContain('CANARY');
  });
});

describe('the secret of a client with a key', () => {
  it.each<[string, unknown, KeyObject, string]>([
    ['PEM (PKCS#8)', pem(RSA), RSA, 'RS256'],
    ['PEM (PKCS#1)', pem(RSA, 'pkcs1'), RSA, 'RS256'],
    ['PEM of an EC key (PKCS#8)', pem(P256), P256, 'ES256'],
    ['PEM of an EC key (SEC 1)', pem(P256, 'sec1'), P256, 'ES256'],
    ['a JWK', jwk(RSA), RSA, 'RS256'],
    ['the text of a JWK', JSON.stringify(jwk(RSA)), RSA, 'RS256'],
    ['a JWK that names its algorithm', { ...jwk(RSA), alg: 'PS256' }, RSA, 'PS256'],
    ['an EC JWK', jwk(P256), P256, 'ES256'],
  ])('may hold %s', (_, privateKey, expected, alg) => {
    const client = parse({ clientId: 'id', privateKey, connection: 'Staff' });
    expect(client).toMatchObject({ clientId: 'id', connection: 'Staff', key: { alg, kid: undefined } });
    expect(client.key?.privateKey.equals(expected)).toBe(true);
    expect(client).not.toHaveProperty('clientSecret');
  });

  it.each(['RS256', 'RS384', 'PS256'])('may choose the algorithm %s for an RSA key, whatever the JWK says', (alg) => {
    expect(parse({ clientId: 'id', privateKey: { ...jwk(RSA), alg: 'RS512' }, alg }).key?.alg).toBe(alg);
  });

  it('may name the key, which then is the only name: the id in a JWK is not one of the server', () => {
    const privateKey = { ...jwk(RSA), kid: 'our own' };
    expect(parse({ clientId: 'id', privateKey, kid: 'of the tenant' }).key?.kid).toBe('of the tenant');
    expect(parse({ clientId: 'id', privateKey, kid: 5 }).key?.kid).toBeUndefined();
    expect(parse({ clientId: 'id', privateKey }).key?.kid).toBeUndefined();
  });

  it('may hold an unused, empty client secret beside the key', () => {
    expect(parse({ clientId: 'id', clientSecret: '', privateKey: pem(RSA) }).key?.alg).toBe('RS256');
  });

  const weak = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey;
  const ed25519 = generateKeyPairSync('ed25519').privateKey;
  const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey;
  const pss = generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).privateKey;
  const encrypted = RSA.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }).toString();
  const { d: _private, ...publicHalf } = jwk(RSA);
  it.each<[string, object, KeyObject]>([
    ['an RSA key of 1024 bits', { privateKey: pem(weak) }, weak],
    ['a JWK of 1024 bits', { privateKey: jwk(weak) }, weak],
    ['a modulus that is not base64url', { privateKey: { ...jwk(RSA), n: 'äöü' } }, RSA],
    ['a key with a passphrase', { privateKey: encrypted }, RSA],
    ['a public key', { privateKey: publicPem(RSA) }, RSA],
    ['a public JWK', { privateKey: publicHalf }, RSA],
    ['half of a PEM', { privateKey: pem(RSA).slice(0, 900) }, RSA],
    ['a PEM without line feeds', { privateKey: pem(RSA).replaceAll('\n', ' ') }, RSA],
    ['an Ed25519 key', { privateKey: pem(ed25519) }, ed25519],
    ['a P-384 key', { privateKey: pem(p384) }, p384],
    ['a P-384 key for ES256', { privateKey: pem(p384), alg: 'ES256' }, p384],
    ['a key that is only for PSS', { privateKey: pem(pss), alg: 'PS256' }, pss],
    ['an RSA key for ES256', { privateKey: pem(RSA), alg: 'ES256' }, RSA],
    ['an EC key for RS256', { privateKey: pem(P256), alg: 'RS256' }, P256],
    ['an algorithm that nobody accepts', { privateKey: pem(RSA), alg: 'RS512' }, RSA],
    ['a symmetric algorithm', { privateKey: pem(RSA), alg: 'HS256' }, RSA],
    ['no algorithm', { privateKey: pem(RSA), alg: 'none' }, RSA],
    ['the name of a method as the algorithm', { privateKey: pem(RSA), alg: 'toString' }, RSA],
    ['a number as the algorithm', { privateKey: pem(RSA), alg: 256 }, RSA],
    ['a JWK for another algorithm', { privateKey: { ...jwk(RSA), alg: 'RSA-OAEP' } }, RSA],
  ])('is refused with the fix if it holds %s, and nothing of the key is repeated', async (_, stored, key) => {
    const error = await caught(() => parse({ clientId: 'id', ...stored }));
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error).toMatchObject({
      message: expect.stringMatching(
        /^The "privateKey" in the secret auth0\/client is not usable\. Expected an RSA key of at least 2048 bits .*Create one with "openssl genrsa 2048"/,
      ),
    });
    expect(error).not.toHaveProperty('cause');
    const shown = `${everythingIn(error)}${inspect(error, { depth: 9, showHidden: true })}`;
    const parts = key.asymmetricKeyType === 'ed25519' || key === pss ? [jwkD(key)] : secretParts(key);
    for (const part of parts) expect(shown).not.toContain(part);
  });

  it('never shows the key when it is printed or written as JSON', () => {
    const client = parse({ clientId: 'id', privateKey: jwk(RSA) });
    const shown = `${inspect(client, { depth: 9, showHidden: true })}${JSON.stringify(client)}`;
    for (const part of secretParts(RSA)) expect(shown).not.toContain(part);
  });
});

function jwkD(key: KeyObject): string {
  return key.asymmetricKeyType === 'ed25519' ? String(jwk(key).d) : pem(key).slice(100, 160);
}

describe('any secret', () => {
  const member = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom(pem(RSA), pem(P256), jwk(OTHER_RSA), 'RS256', 'PS256', 'ES256', 'none'),
    fc
      .constantFrom('n', 'e', 'd', 'p', 'kty', 'crv')
      .chain((name) => fc.jsonValue().map((value) => ({ ...jwk(RSA), [name]: value }))),
  );
  const secret = fc.record(
    { clientId: member, clientSecret: member, privateKey: member, alg: member, kid: member, connection: member },
    { requiredKeys: [] },
  );

  it('is a client with exactly one of a secret and a strong key, or a configuration error', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          secret.map((value) => JSON.stringify(value)),
        ),
        (text) => {
          try {
            const client = parseClientCredentials(NAME, text);
            expect(client.clientId).not.toBe('');
            expect((client.clientSecret === undefined) !== (client.key === undefined)).toBe(true);
            expect(['rsa', 'ec', undefined]).toContain(client.key?.privateKey.asymmetricKeyType);
          } catch (error) {
            expect(error).toMatchObject({ name: 'ConfigurationError', code: 'configuration_invalid' });
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
