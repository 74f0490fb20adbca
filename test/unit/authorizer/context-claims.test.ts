/** The claims for the backend, whatever the credential, and when another container has looked them up. */
import { describe, expect, it } from 'vitest';
import type { Decision } from '../../../src/authorizer/decision.ts';
import { basic } from '../../support/core/composed.ts';
import { unauthenticated } from '../../support/core/errors.ts';
import { Fleet } from '../../support/core/fleet.ts';
import { activePassword } from '../../support/core/introspection-responses.ts';
import { makeIssuerKey, mint } from '../../support/core/issuer.ts';
import { loggedIn } from '../../support/core/token-endpoint.ts';
import { World } from '../../support/core/world.ts';

const ROLES = 'https://demo.api/roles';
const USER = 'user@example.com';
const CLAIMS = { [ROLES]: ['admin'], email: 'zoë@example.com', secret: 'not named', act: { sub: 'agent@clients' } };
const configuration = { contextClaims: [ROLES, 'email', 'missing'] };
const RECEIVED = {
  claims: { [ROLES]: '["admin"]', email: 'zoë@example.com', missing: '' },
  actor: '{"sub":"agent@clients"}',
};
const issuerKey = await makeIssuerKey('rsa-1');
const world = (settings: Readonly<Record<string, unknown>> = configuration) =>
  new World({ configuration: settings, issuerKeys: [issuerKey] });
const principalOf = (decision: Decision) => ('principal' in decision ? decision.principal : undefined);

describe('the claims for the backend', () => {
  it('are those of a JWT', async () => {
    const decision = await world().decide(`Bearer ${await mint(issuerKey, CLAIMS)}`);
    expect(decision).toMatchObject({ outcome: 'allow', principal: RECEIVED });
  });

  it('are those of the token that a password yields', async () => {
    const tenant = world();
    tenant.passwords.set(`${USER}:correct horse`, loggedIn(await mint(issuerKey, CLAIMS)));
    const decision = await tenant.decide(basic(USER, 'correct horse'));
    expect(decision).toMatchObject({ outcome: 'allow', principal: RECEIVED });
  });

  it.each([
    ['an opaque token', 'Bearer opaque-token', { token_type: 'access_token' }],
    ['an app specific password as Bearer', 'Bearer abcdefghijklmnop', {}],
    ['an app specific password as Basic', basic(USER, 'abcdefghijklmnop'), {}],
  ])('are those of the introspection of %s', async (_what, authorization, changes) => {
    const tenant = world();
    tenant.tokens.set('opaque-token', activePassword({ ...CLAIMS, ...changes }));
    tenant.tokens.set('abcdefghijklmnop', activePassword({ ...CLAIMS, ...changes }));
    expect(await tenant.decide(authorization)).toMatchObject({ outcome: 'allow', principal: RECEIVED });
  });

  it('are the same when the principal comes from the cache of this process', async () => {
    const tenant = world();
    const token = `Bearer ${await mint(issuerKey, CLAIMS)}`;
    await tenant.decide(token);
    expect(await tenant.decide(token)).toMatchObject({ cacheHit: true, principal: RECEIVED });
  });

  it('are absent if the configuration names none and the token has no actor', async () => {
    const decision = await world({}).decide(`Bearer ${await mint(issuerKey, { ...CLAIMS, act: undefined })}`);
    expect(Object.keys(principalOf(decision) ?? {})).not.toEqual(expect.arrayContaining(['claims']));
    expect(Object.keys(principalOf(decision) ?? {})).not.toEqual(expect.arrayContaining(['actor']));
  });

  it('refuse a JWT if one of them cannot be passed on, but only if the issuer has signed it', async () => {
    const tenant = world();
    const token = await mint(issuerKey, { email: 'a\nb' });
    expect(await tenant.decide(`Bearer ${token}`)).toEqual(unauthenticated('claims_malformed'));
    const forged = token.slice(0, -8) + (token.endsWith('AAAAAAAA') ? 'BBBBBBBB' : 'AAAAAAAA');
    expect(await tenant.decide(`Bearer ${forged}`)).toEqual(unauthenticated('signature_invalid'));
  });

  it('refuse an opaque token if one of them cannot be passed on', async () => {
    const tenant = world();
    tenant.tokens.set('opaque-token', activePassword({ [ROLES]: ['x'.repeat(2048)] }));
    expect(await tenant.decide('Bearer opaque-token')).toEqual(unauthenticated('claims_malformed'));
  });
});

describe('the cache that all containers share', () => {
  const TOKEN = 'Bearer opaque-token';

  it('keeps the claims and the actor', async () => {
    const fleet = new Fleet(() => activePassword(CLAIMS), configuration);
    await fleet.decide(0, TOKEN);
    expect(await fleet.decide(1, TOKEN)).toMatchObject({ cacheHit: true, principal: RECEIVED });
    expect(fleet.calls).toBe(1);
  });

  it('is not used for a principal that was cached with other claims', async () => {
    const old = new Fleet(() => activePassword(CLAIMS), { contextClaims: ['email'] });
    await old.decide(0, TOKEN);
    const fleet = new Fleet(() => activePassword(CLAIMS), configuration);
    fleet.entries.read = old.entries.read.bind(old.entries);
    expect(await fleet.decide(0, TOKEN)).toMatchObject({ cacheHit: false, principal: RECEIVED });
    expect(fleet.calls).toBe(1);
  });
});
