/** Where the tenant behaves as real ones were recorded, and not as the documentation or the RFCs say. */
import { createPublicKey } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { beforeEach, describe, expect, it } from 'vitest';
import { ask, assertion, introspection, manage, newKey, postForm, postJson } from '../../support/tenant/requests.ts';
import { type Clock, DEMO_API, open } from '../../support/tenant/tenant.ts';

const key = newKey();
const API = `resource-servers/${encodeURIComponent(DEMO_API)}`;
type Opened = Awaited<ReturnType<typeof open>>;
let tenant: Opened['tenant'];
let clock: Clock;

async function openWith(behaviour: Partial<Opened['tenant']['behaviour']>): Promise<void> {
  ({ tenant, clock } = await open({}, { behaviour }));
  await manage(tenant, 'PATCH', API, { verificationKeys: [{ kid: 'key-1', pem: key.pem }] });
}

const signed = (claims: Record<string, unknown> = {}) =>
  assertion(tenant, key.privateKey, clock, { claims, header: { kid: 'key-1' } });

describe('a client assertion at a tenant that is not strict', () => {
  beforeEach(() => openWith({ isStrict: false }));

  it.each([
    ['no iat and no jti', { iat: undefined, jti: undefined }],
    ['an iat of a clock that is 59 s ahead', { iat: 1_800_000_059 }],
    ['an expiry 59 s ago', { exp: 1_799_999_941 }],
  ])('is accepted with %s', async (_, claims) => {
    const response = await postJson(tenant, '/oauth/introspect', introspection('x', await signed(claims)));
    expect(response).toMatchObject({ status: 200, body: { active: false } });
  });

  it('is accepted twice', async () => {
    const once = await signed();
    for (let time = 0; time < 2; time += 1) {
      expect(await postJson(tenant, '/oauth/introspect', introspection('x', once))).toMatchObject({ status: 200 });
    }
  });

  it.each([
    ['a wrong audience', { aud: 'https://tenant.example/' }],
    ['an expiry two minutes ago', { exp: 1_799_999_880 }],
    ['a jti that is too long', { jti: 'j'.repeat(65) }],
  ])('is still refused with %s', async (_, claims) => {
    const response = await postJson(tenant, '/oauth/introspect', introspection('x', await signed(claims)));
    expect(response).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
  });
});

describe('the format of an introspection request', () => {
  it.each([
    ['form', 400, 200],
    ['json', 200, 400],
  ] as const)('can be limited to %s', async (format, jsonStatus, formStatus) => {
    await openWith({ bodyFormats: [format] });
    const send = { json: postJson, form: postForm };
    const statusOf = async (sent: keyof typeof send) =>
      (await send[sent](tenant, '/oauth/introspect', introspection('x', await signed()))).status;
    expect([await statusOf('json'), await statusOf('form')]).toEqual([jsonStatus, formStatus]);
  });
});

it('a property that the tenant hides is used, but not shown', async () => {
  await openWith({ hiddenProperties: ['verificationKeys'] });
  expect((await manage(tenant, 'GET', API)).body).not.toHaveProperty('verificationKeys');
  const response = await postJson(tenant, '/oauth/introspect', introspection('x', await signed()));
  expect(response.status).toBe(200);
});

const LOGIN = {
  grant_type: 'password',
  client_id: 'local-password-client',
  client_secret: 'local-password-secret',
  username: 'user@gmail.com',
  password: 'correct horse: battery',
  audience: DEMO_API,
  scope: 'read:foo',
};

it('a parameter that is null counts as absent', async () => {
  await openWith({});
  expect(await postJson(tenant, '/oauth/token', { ...LOGIN, realm: null, scope: null })).toMatchObject({ status: 200 });
  expect(await postJson(tenant, '/oauth/token', { ...LOGIN, username: null })).toMatchObject({ status: 400 });
});

it.each([
  ['password', LOGIN],
  ['client_credentials', { ...LOGIN, grant_type: 'client_credentials' }],
])('a wrong client secret with the grant %s is access_denied', async (_, request) => {
  await openWith({});
  expect(await postJson(tenant, '/oauth/token', { ...request, client_secret: 'wrong' })).toMatchObject({
    status: 401,
    body: { error: 'access_denied', error_description: 'Unauthorized' },
  });
});

describe('an access token', () => {
  beforeEach(() => openWith({}));

  async function tokenOf(settings: object): Promise<string> {
    await manage(tenant, 'PATCH', API, settings);
    return (await postJson(tenant, '/oauth/token', LOGIN)).body.access_token;
  }

  it.each(['RS256', 'PS256'])('is signed with the algorithm of its API: %s', async (signing_alg) => {
    const token = await tokenOf({ signing_alg });
    const { keys } = (await ask(tenant, '/.well-known/jwks.json')).body;
    const publicKey = createPublicKey({ key: keys[0], format: 'jwk' });
    const { protectedHeader } = await jwtVerify(token, publicKey, { currentDate: new Date(clock.ms) });
    expect(protectedHeader.alg).toBe(signing_alg);
  });

  it("is signed with the API's own secret for HS256", async () => {
    const signing_secret = 'a secret of sixteen letters or more';
    const token = await tokenOf({ signing_alg: 'HS256', signing_secret });
    const verified = await jwtVerify(token, Buffer.from(signing_secret), { currentDate: new Date(clock.ms) });
    expect(verified.protectedHeader.alg).toBe('HS256');
  });

  it.each([{ signing_alg: 'RS256' }, { signing_alg: 'PS256' }, { signing_alg: 'HS256' }])(
    'is active when it is introspected: %j',
    async (settings) => {
      const token = await tokenOf(settings);
      const response = await postJson(tenant, '/oauth/introspect', introspection(token, await signed()));
      expect(response.body).toMatchObject({ active: true, sub: 'auth0|1234' });
      await manage(tenant, 'PATCH', API, { signing_alg: settings.signing_alg === 'RS256' ? 'PS256' : 'RS256' });
      const other = await postJson(tenant, '/oauth/introspect', introspection(token, await signed()));
      expect(other.body).toEqual({ active: false });
    },
  );

  it.each([
    ['access_token', 'JWT', ['azp', 'gty']],
    ['access_token_authz', 'JWT', ['azp', 'gty', 'permissions']],
    ['rfc9068_profile', 'at+jwt', ['client_id', 'jti']],
    ['rfc9068_profile_authz', 'at+jwt', ['client_id', 'jti', 'permissions']],
  ])('has the claims of the dialect of its API: %s', async (token_dialect, typ, claims) => {
    const token = await tokenOf({ token_dialect });
    expect(decodeProtectedHeader(token).typ).toBe(typ);
    const common = ['iss', 'sub', 'aud', 'iat', 'exp', 'scope'];
    expect(Object.keys(decodeJwt(token)).sort()).toEqual([...common, ...claims].sort());
  });
});
