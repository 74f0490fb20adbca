import { describe, expect, it } from 'vitest';
import { APPLICATION_PASSWORD_SCOPES } from '../../../src/setup/client-grant/set-up-client-grant.ts';
import { featureWarnings } from '../../../src/setup/feature.ts';
import { ScriptedTenant, TOKEN_RESPONSE } from '../../support/management/scripted-tenant.ts';

const AUDIENCE = 'https://tenant.example/api/v2/';
const SCOPES = ['read:users', ...APPLICATION_PASSWORD_SCOPES];
const CLIENT = { clientId: 'management-client', hasChanged: false };

interface Tenant {
  /** The scopes in the Management API's record; absent if the record shows no scopes. */
  readonly offered?: readonly string[] | undefined;
  /** The scopes of each token in turn. */
  readonly tokens: readonly (readonly string[] | undefined)[];
}

function tenantWith({ offered, tokens }: Tenant): ScriptedTenant {
  const left = [...tokens];
  const scopes = offered?.map((value) => ({ value }));
  return new ScriptedTenant(
    ({ path }) => {
      if (path === '/oauth/token') return { body: { ...TOKEN_RESPONSE, scope: left.shift()?.join(' ') } };
      if (path === '/api/v2/resource-servers') return { body: [] };
      return { body: { id: 'rs_1', identifier: AUDIENCE, is_system: true, scopes } };
    },
    { scriptsToken: true },
  );
}

const warningsOf = async (tenant: Tenant, question = CLIENT) =>
  (await featureWarnings(tenantWith(tenant).connect(), question)).map(({ code, message }) => ({ code, message }));

describe('the check for app specific passwords', () => {
  it('reports the feature as available if the API offers the scopes and a token has them', async () => {
    expect(await warningsOf({ offered: SCOPES, tokens: [SCOPES] })).toEqual([]);
  });

  it.each([
    ['no scopes at all', undefined],
    ['other scopes', ['read:users']],
    ['only some of the scopes', ['read:user_application_passwords', 'delete:user_application_passwords']],
  ])('reports the feature as missing if the API offers %s, whatever scopes a token has', async (_what, offered) => {
    const message = expect.stringMatching(
      /^App specific passwords are not enabled .* create:user_application_passwords/,
    );
    expect(await warningsOf({ offered, tokens: [SCOPES] })).toEqual([{ code: 'feature_missing', message }]);
  });

  it('reports the feature as missing if a token lacks a scope that the API offers and the grant holds', async () => {
    const message = expect.stringMatching(
      /a token of the client "management-client" lacks read:user_application_passwords, /,
    );
    expect(await warningsOf({ offered: SCOPES, tokens: [[]] })).toEqual([{ code: 'feature_missing', message }]);
  });

  it('uses a new token if the grant was changed and the cached token otherwise', async () => {
    const changed = { ...CLIENT, hasChanged: true };
    expect(await warningsOf({ offered: SCOPES, tokens: [[], SCOPES] }, changed)).toEqual([]);
    const tenant = tenantWith({ offered: SCOPES, tokens: [SCOPES] });
    await featureWarnings(tenant.connect(), CLIENT);
    expect(tenant.log.filter((line) => line === 'POST /oauth/token')).toHaveLength(1);
  });

  it('does not use a token in a rehearsal', async () => {
    const connection = tenantWith({ offered: SCOPES, tokens: [[]] }).connect();
    expect(await featureWarnings(connection, { ...CLIENT, hasChanged: true, isOnlyPlanned: true })).toEqual([]);
  });

  it('reports nothing if the token does not list its scopes', async () => {
    const message = expect.stringMatching(/^Not checked: the tenant does not say which scopes/);
    expect(await warningsOf({ offered: SCOPES, tokens: [undefined] })).toEqual([{ code: 'not_checked', message }]);
  });

  it('uses the token alone if the tenant shows no such API', async () => {
    const tenant = new ScriptedTenant(
      ({ path }) => {
        if (path === '/oauth/token') return { body: { ...TOKEN_RESPONSE, scope: 'read:users' } };
        return path === '/api/v2/resource-servers' ? { body: [] } : undefined;
      },
      { scriptsToken: true },
    );
    const warnings = await featureWarnings(tenant.connect(), CLIENT);
    expect(warnings.map(({ code }) => code)).toEqual(['not_checked', 'feature_missing']);
    expect(warnings[0]?.message).toMatch(
      /^Not checked: the tenant shows no API with the identifier "https:\S+api\/v2\/"/,
    );
  });

  it('reports nothing while the tenant is down, and does not fail', async () => {
    const tenant = new ScriptedTenant(() => ({ status: 503 }), { scriptsToken: true });
    const warnings = await featureWarnings(tenant.connect(), CLIENT);
    expect(warnings.map(({ code }) => code)).toEqual(['not_checked', 'not_checked']);
    expect(warnings[0]?.message).toMatch(/^Not checked: whether app specific passwords are enabled .* status 503/);
  });
});
