import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { expect, it } from 'vitest';
import { newKey } from '../../support/tenant/requests.ts';
import { DEMO_API, open, START_MS } from '../../support/tenant/tenant.ts';

const stranger = newKey();

it('a JWT is for the first user and the demo API unless the test says otherwise', async () => {
  const { tenant } = await open();
  const iat = START_MS / 1000;
  expect(decodeJwt(tenant.mintJwt())).toStrictEqual({
    iss: tenant.issuer,
    sub: 'auth0|1234',
    aud: DEMO_API,
    iat,
    exp: iat + 3_600,
    scope: 'read:foo',
    azp: 'local-web-client',
  });
  const changed = tenant.mintJwt({
    userId: 'auth0|5678',
    audience: ['a', 'b'],
    claims: { scope: undefined, org_id: 'org_1' },
  });
  expect(decodeJwt(changed)).toMatchObject({ sub: 'auth0|5678', aud: ['a', 'b'], org_id: 'org_1' });
  expect(decodeJwt(changed)).not.toHaveProperty('scope');
});

it('a JWT is verified by the key set, but a forged or expired JWT is not', async () => {
  const { tenant } = await open();
  const keys = createRemoteJWKSet(new URL('.well-known/jwks.json', tenant.issuer));
  const verify = (token: string) => jwtVerify(token, keys, { currentDate: new Date(START_MS) });
  await expect(verify(tenant.mintJwt())).resolves.toBeDefined();
  await expect(verify(tenant.mintJwt({ signWith: stranger }))).rejects.toMatchObject({
    code: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED',
  });
  await expect(verify(tenant.mintJwt({ expiresInSeconds: -1 }))).rejects.toMatchObject({ code: 'ERR_JWT_EXPIRED' });
});

it('a test can change the header of a JWT', async () => {
  const { tenant } = await open();
  expect(decodeProtectedHeader(tenant.mintJwt({ alg: 'HS256', kid: 'unknown', typ: 'at+jwt' }))).toStrictEqual({
    alg: 'HS256',
    kid: 'unknown',
    typ: 'at+jwt',
  });
  expect(tenant.mintJwt({ alg: 'none' }).split('.')[2]).toBe('');
});

it('no opaque token looks like an app specific password or like a JWT', async () => {
  const { tenant } = await open();
  expect(tenant.mintApplicationPassword().value).toMatch(/^[A-Za-z]{16}$/);
  expect(tenant.mintOpaque()).toMatch(/^[\w-]{32}$/);
});
