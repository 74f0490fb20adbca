import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { expect, it } from 'vitest';
import { newKey } from '../../support/tenant/requests.ts';
import { DEMO_API, open, START_MS, signingKey } from '../../support/tenant/tenant.ts';

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

it('a token can be bound, be for an organization, and name who acts', async () => {
  const { tenant } = await open();
  const cnf = { jkt: 'thumbprint' };
  const act = { sub: 'service@clients', act: { sub: 'other@clients' } };
  const claims = decodeJwt(tenant.mintJwt({ cnf, act, orgId: 'org_1', orgName: 'one', claims: { email: 'a@b.c' } }));
  expect(claims).toMatchObject({ cnf, act, org_id: 'org_1', org_name: 'one', email: 'a@b.c' });
});

it.each(['PS256', 'PS384', 'PS512', 'RS384', 'RS512'] as const)('a JWT can be signed with %s', async (alg) => {
  const { tenant } = await open();
  const verified = await jwtVerify(tenant.mintJwt({ alg }), signingKey.publicKey, { currentDate: new Date(START_MS) });
  expect(verified.protectedHeader.alg).toBe(alg);
});

it('a JWT can be signed with a secret', async () => {
  const { tenant } = await open();
  const secret = 'a secret of thirty-two letters or so';
  const verified = jwtVerify(tenant.mintJwt({ alg: 'HS256', secret }), Buffer.from(secret), {
    currentDate: new Date(START_MS),
  });
  await expect(verified).resolves.toBeDefined();
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
