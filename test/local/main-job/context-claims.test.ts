/** Claims and actors on their way to the backend, and organizations, through the local gateway. */
import { describe, expect, it } from 'vitest';
import { basic, bearer } from '../../support/http/call.ts';
import { startBackend } from '../../support/local/demonstration.ts';
import { startLocal } from '../../support/local/start.ts';

const ROLES = 'https://demo.api/roles';
const CLAIMS = { [ROLES]: ['admin', 'zoë'], email: 'zoë@example.com', level: 3, secret: 'not named' };
const contextClaims = [ROLES, 'email', 'level', 'missing'];
/** The actor is the last of ten. */
const CHAIN = Array.from({ length: 10 }).reduce<object>((act, _, index) => ({ sub: `service-${index}@clients`, act }), {
  sub: 'first@clients',
});

async function whoami(configuration: Readonly<Record<string, unknown>>, claims: Readonly<Record<string, unknown>>) {
  const local = await startLocal(configuration);
  const response = await local.call('GET', '/whoami', bearer(local.tenant.mintJwt({ claims })));
  return { status: response.status, body: JSON.parse(response.body) };
}

describe('the demo API', () => {
  it('receives the claims that the configuration names, beside the principal', async () => {
    const { body } = await whoami({ contextClaims }, CLAIMS);
    expect(body).toMatchObject({ sub: 'auth0|1234', scope: 'read:foo' });
    expect(Object.fromEntries(Object.entries(body).filter(([key]) => key.startsWith('claim')))).toEqual({
      claim_https_demo_api_roles: '["admin","zoë"]',
      claim_email: 'zoë@example.com',
      claim_level: '3',
      claim_missing: '',
    });
    expect(JSON.stringify(body)).not.toContain('not named');
  });

  it('receives a chain of ten actors', async () => {
    const { body } = await whoami({}, { act: CHAIN });
    expect(JSON.parse(body.act)).toEqual(CHAIN);
  });

  it('receives the same from the cache of the gateway', async () => {
    const local = await startLocal({ contextClaims: ['email'], gatewayTtlSeconds: 60 });
    const authorization = bearer(local.tenant.mintJwt({ claims: CLAIMS }));
    const first = await local.call('GET', '/whoami', authorization);
    expect(await local.call('GET', '/whoami', authorization)).toMatchObject({ body: first.body });
    expect(local.log).toHaveLength(1);
    expect(JSON.stringify(local.log)).not.toContain('example.com');
  });

  it('is not called with a claim that is too large', async () => {
    const { status } = await whoami({ contextClaims }, { [ROLES]: Array.from({ length: 400 }, (_, n) => `role-${n}`) });
    expect(status).toBe(401);
  });
});

describe('a backend', () => {
  it('receives each claim in a header of its own, whatever the caller sends and whatever the claim contains', async () => {
    const backend = await startBackend();
    const local = await startLocal({
      contextClaims,
      backendUrl: backend.url,
      routes: { 'GET /orders': [] },
    });
    const claims = { ...CLAIMS, [ROLES]: ['a\r\nX-Auth-Sub: root', '\ud83d\ude00'], act: CHAIN };
    const response = await fetch(new URL('/orders', local.ready.gateway), {
      headers: {
        authorization: bearer(local.tenant.mintJwt({ claims })),
        'x-auth-claim-missing': 'forged',
        x_auth_claim_email: 'forged',
        'x-auth-claim-other': 'forged',
        'X-Auth-Act': 'forged',
      },
    });
    expect(response.status).toBe(200);
    const [{ headers } = { headers: {} }] = backend.seen;
    const decoded = Object.entries(headers).flatMap(([name, value]) =>
      /^x.auth.(?:claim|act|sub)/.test(name) ? [[name, decodeURIComponent(String(value))]] : [],
    );
    expect(Object.fromEntries(decoded)).toEqual({
      'x-auth-sub': 'auth0|1234',
      'x-auth-act': JSON.stringify(CHAIN),
      'x-auth-claim-https-demo-api-roles': JSON.stringify(claims[ROLES]),
      'x-auth-claim-email': 'zoë@example.com',
      'x-auth-claim-level': '3',
      'x-auth-claim-missing': '',
    });
    expect(JSON.stringify(headers)).not.toContain('forged');
  });
});

describe('with allowedOrganizations', () => {
  it.each([
    ['an allowed one', 'org_1', 200],
    ['another one', 'org_2', 401],
    ['none', undefined, 401],
    ['a list', ['org_1'], 401],
  ])('a JWT of %s gets %s: %i', async (_what, organization, status) => {
    const { status: seen } = await whoami({ allowedOrganizations: ['org_1'] }, { org_id: organization });
    expect(seen).toBe(status);
  });

  it('refuses app specific passwords and logins, which belong to no organization', async () => {
    const local = await startLocal({ allowedOrganizations: ['org_1'] });
    const [user] = local.ready.users;
    const { asp } = local.ready.tokens;
    for (const authorization of [
      bearer(asp),
      basic('user@gmail.com', asp),
      basic('user@gmail.com', user?.password ?? ''),
    ])
      expect(await local.call('GET', '/whoami', authorization)).toMatchObject({ status: 401 });
    expect(local.log.map(({ reason }) => reason)).toEqual(Array(3).fill('organization_refused'));
  });
});
