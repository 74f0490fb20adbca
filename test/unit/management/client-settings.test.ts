import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CodedError } from '../../../src/core/errors.ts';
import { ScriptedTenant } from '../../support/management/scripted-tenant.ts';

const read = (body: unknown) => new ScriptedTenant(() => ({ body })).connect().tenantSettings.client('id');

describe('TenantSettings.client', () => {
  it.each([
    [{ client_authentication_methods: { private_key_jwt: { credentials: [{ id: 'cred_1' }] } } }, true],
    [{ client_authentication_methods: { tls_client_auth: { credentials: [{ id: 'cred_1' }] } } }, false],
    [{ client_authentication_methods: null, token_endpoint_auth_method: 'client_secret_post' }, false],
    [{ token_endpoint_auth_method: 'none' }, false],
    [{ token_endpoint_auth_method: null, client_authentication_methods: null }, undefined],
    [{}, undefined],
  ])('says whether the client authenticates with a key, if the tenant shows it: %j', async (body, usesPrivateKey) => {
    expect(await read(body)).toEqual({ grantTypes: undefined, isForwardedForTrusted: false, usesPrivateKey });
  });

  it('requests only the settings that it reads, never a secret', async () => {
    const tenant = new ScriptedTenant(() => ({ body: {} }));
    await tenant.connect().tenantSettings.client('id');
    expect(tenant.requests.at(-1)?.query.get('fields')).toBe(
      'grant_types,is_token_endpoint_ip_header_trusted,token_endpoint_auth_method,client_authentication_methods',
    );
  });

  it('returns settings or throws a coded error, for any JSON', async () => {
    const property = fc.asyncProperty(fc.jsonValue(), async (body) => {
      const found = await read(body).catch((error: unknown) => error);
      if (found instanceof Error) expect(found).toBeInstanceOf(CodedError);
      else expect(found).toMatchObject({ isForwardedForTrusted: expect.any(Boolean) });
    });
    await fc.assert(property);
  });
});
