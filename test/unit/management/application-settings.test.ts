import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CodedError } from '../../../src/core/errors.ts';
import { ScriptedTenant } from '../../support/management/scripted-tenant.ts';

const read = (body: unknown) => new ScriptedTenant(() => ({ body })).connect().tenantSettings.application('id');

describe('TenantSettings.application', () => {
  it('reads what the page for app passwords depends on', async () => {
    const body = {
      app_type: 'spa',
      grant_types: ['authorization_code', 7],
      callbacks: ['https://page.example/'],
      allowed_logout_urls: [],
      web_origins: ['https://page.example'],
      refresh_token: { rotation_type: 'rotating' },
    };
    expect(await read(body)).toEqual({
      type: 'spa',
      grantTypes: ['authorization_code'],
      callbacks: ['https://page.example/'],
      logoutUrls: [],
      webOrigins: ['https://page.example'],
      rotatesRefreshTokens: true,
    });
  });

  it.each([
    [{ rotation_type: 'non-rotating' }, false],
    [{}, false],
    [null, undefined],
  ])('says whether refresh tokens rotate, if the tenant shows it: %j', async (refreshToken, expected) => {
    expect(await read({ refresh_token: refreshToken })).toMatchObject({ rotatesRefreshTokens: expected });
  });

  it('requests only the settings that it reads, never a secret', async () => {
    const tenant = new ScriptedTenant(() => ({ body: {} }));
    await tenant.connect().tenantSettings.application('a/b');
    expect(tenant.requests.at(-1)?.path).toBe('/api/v2/clients/a%2Fb');
    expect(tenant.requests.at(-1)?.query.get('fields')).toBe(
      'app_type,grant_types,callbacks,allowed_logout_urls,web_origins,refresh_token',
    );
  });

  it('finds nothing if there is no such client', async () => {
    const tenant = new ScriptedTenant(() => undefined);
    expect(await tenant.connect().tenantSettings.application('id')).toBeUndefined();
  });

  it('returns settings or throws a coded error, for any JSON', async () => {
    const property = fc.asyncProperty(fc.jsonValue(), async (body) => {
      const found = await read(body).catch((error: unknown) => error);
      if (found instanceof Error) expect(found).toBeInstanceOf(CodedError);
      else expect(found).toHaveProperty('callbacks');
    });
    await fc.assert(property);
  });
});
