import { createPublicKey } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import type { ClientCredentials } from '../../../src/core/client-credentials.ts';
import { CLIENT_ASSERTION_TYPE, clientParameters, signClientAssertion } from '../../../src/issuer/client-assertion.ts';
import { P256, RSA } from '../../support/core/client-keys.ts';
import { NOW_MS, NOW_SECONDS } from '../../support/core/clock.ts';
import { AUDIENCE, ISSUER } from '../../support/core/issuer.ts';
import { makeSigningKey } from '../../support/core/signing-keys.ts';

const key = makeSigningKey('key-1');
const assertion = (changes: { clientId?: string; jti?: string; now?: number } = {}) =>
  signClientAssertion(key, { clientId: AUDIENCE, audience: ISSUER, jti: 'jti-1', now: NOW_MS, ...changes });

describe('a client assertion', () => {
  it('is a JWT that another library verifies with the public key', async () => {
    const { payload, protectedHeader } = await jwtVerify(assertion({ now: NOW_MS + 999 }), key.publicKey, {
      issuer: AUDIENCE,
      subject: AUDIENCE,
      audience: ISSUER,
      algorithms: ['RS256'],
      currentDate: new Date(NOW_MS),
    });
    expect(protectedHeader).toEqual({ alg: 'RS256', kid: 'key-1', typ: 'JWT' });
    expect(payload).toEqual({
      iss: AUDIENCE,
      sub: AUDIENCE,
      aud: ISSUER,
      // Backdated, because the server's clock may be behind.
      iat: NOW_SECONDS - 5,
      exp: NOW_SECONDS + 60,
      jti: 'jti-1',
    });
  });

  it('is not verified by any other key', async () => {
    await expect(jwtVerify(assertion(), makeSigningKey('key-1').publicKey)).rejects.toMatchObject({
      code: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED',
    });
  });

  it('has at most 2,048 bytes even for a long identifier', () => {
    const jti = 'j'.repeat(64);
    expect(assertion({ clientId: `https://api.example/${'x'.repeat(300)}`, jti }).length).toBeLessThanOrEqual(2048);
  });

  it('keeps identifiers that must be escaped in JSON', async () => {
    const clientId = 'urn:"api"\\ü';
    expect(
      (await jwtVerify(assertion({ clientId }), key.publicKey, { currentDate: new Date(NOW_MS) })).payload.iss,
    ).toBe(clientId);
    expect(decodeProtectedHeader(assertion({ clientId })).kid).toBe('key-1');
  });

  it('has the type of RFC 7523', () => {
    expect(CLIENT_ASSERTION_TYPE).toBe('urn:ietf:params:oauth:client-assertion-type:jwt-bearer');
  });
});

describe('the parameters of a client', () => {
  const parameters = (client: ClientCredentials) => {
    let ids = 0;
    const context = { audience: ISSUER, clock: () => NOW_MS, uniqueId: () => `jti-${++ids}` };
    return [clientParameters(client, context), clientParameters(client, context)];
  };

  it('are its id and its secret, if it has one', () => {
    const expected = { client_id: 'id', client_secret: 'secret' };
    expect(parameters({ clientId: 'id', clientSecret: 'secret' })).toEqual([expected, expected]);
  });

  it.each([
    { alg: 'RS256', privateKey: RSA },
    { alg: 'RS384', privateKey: RSA },
    { alg: 'PS256', privateKey: RSA },
    { alg: 'ES256', privateKey: P256 },
  ] as const)('are an assertion that another library verifies, for the algorithm $alg', async (key) => {
    for (const [index, { client_assertion = '', ...others }] of parameters({ clientId: 'id', key }).entries()) {
      expect(others).toEqual({ client_id: 'id', client_assertion_type: CLIENT_ASSERTION_TYPE });
      const { payload, protectedHeader } = await jwtVerify(client_assertion, createPublicKey(key.privateKey), {
        issuer: 'id',
        subject: 'id',
        audience: ISSUER,
        algorithms: [key.alg],
        currentDate: new Date(NOW_MS),
      });
      // A name that the server did not give would make it refuse the key.
      expect(protectedHeader).toEqual({ alg: key.alg, typ: 'JWT' });
      expect(payload.jti).toBe(`jti-${index + 1}`);
    }
  });

  it('name the key if the server wants that', () => {
    const [{ client_assertion = '' } = {}] = parameters({
      clientId: 'id',
      key: { alg: 'RS256', privateKey: RSA, kid: 'of the tenant' },
    });
    expect(decodeProtectedHeader(client_assertion)).toEqual({ alg: 'RS256', kid: 'of the tenant', typ: 'JWT' });
    expect(decodeJwt(client_assertion).sub).toBe('id');
  });
});
