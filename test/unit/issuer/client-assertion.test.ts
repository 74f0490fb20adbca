import { decodeProtectedHeader, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { CLIENT_ASSERTION_TYPE, signClientAssertion } from '../../../src/issuer/client-assertion.ts';
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
