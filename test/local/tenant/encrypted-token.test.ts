import { compactDecrypt, decodeProtectedHeader, jwtVerify } from 'jose';
import { expect, it } from 'vitest';
import { assertion, introspection, manage, newKey, postJson } from '../../support/tenant/requests.ts';
import { DEMO_API, open, START_MS, signingKey } from '../../support/tenant/tenant.ts';

const API = `resource-servers/${encodeURIComponent(DEMO_API)}`;
const REQUEST = {
  grant_type: 'client_credentials',
  client_id: 'local-machine-client',
  client_secret: 'local-machine-secret',
  audience: DEMO_API,
};
const apiKey = newKey();

it.each(['RSA-OAEP-256', 'RSA-OAEP-384', 'RSA-OAEP-512'])(
  'an API with token_encryption gets signed tokens that only it can read: %s',
  async (alg) => {
    const { tenant } = await open();
    const encryption_key = { alg, kid: 'enc-1', pem: apiKey.pem };
    const token_encryption = { format: 'compact-nested-jwe', encryption_key };
    expect(await manage(tenant, 'PATCH', API, { token_encryption })).toMatchObject({ status: 200 });
    const { body } = await postJson(tenant, '/oauth/token', REQUEST);
    expect(body.access_token.split('.')).toHaveLength(5);
    expect(decodeProtectedHeader(body.access_token)).toEqual({ alg, enc: 'A256GCM', cty: 'JWT', kid: 'enc-1' });
    const { plaintext } = await compactDecrypt(body.access_token, apiKey.privateKey);
    const { payload } = await jwtVerify(plaintext, signingKey.publicKey, { currentDate: new Date(START_MS) });
    expect(payload).toMatchObject({ aud: DEMO_API, sub: 'local-machine-client@clients' });
    await manage(tenant, 'PATCH', API, { token_encryption: null });
    expect((await postJson(tenant, '/oauth/token', REQUEST)).body.access_token.split('.')).toHaveLength(3);
  },
);

it.each([
  { format: 'jwe', encryption_key: { alg: 'RSA-OAEP-256', pem: apiKey.pem } },
  { format: 'compact-nested-jwe', encryption_key: { alg: 'RSA1_5', pem: apiKey.pem } },
  { format: 'compact-nested-jwe', encryption_key: { alg: 'RSA-OAEP-256', pem: 'no key' } },
  { format: 'compact-nested-jwe' },
])('token_encryption is refused if it is not valid: %#', async (token_encryption) => {
  const { tenant } = await open();
  expect(await manage(tenant, 'PATCH', API, { token_encryption })).toMatchObject({ status: 400 });
});

it('the tenant cannot introspect a token that it cannot read', async () => {
  const { tenant, clock } = await open();
  await manage(tenant, 'PATCH', API, { verificationKey: apiKey.pem });
  const token = tenant.mintEncrypted({ encryptTo: apiKey.publicKey });
  const fields = introspection(token, await assertion(tenant, apiKey.privateKey, clock));
  expect((await postJson(tenant, '/oauth/introspect', fields)).body).toEqual({ active: false });
});
