/** Which organizations may call, if the configuration lists them. */
import { describe, expect, it } from 'vitest';
import { basic } from '../../support/core/composed.ts';
import { Fleet } from '../../support/core/fleet.ts';
import { activePassword } from '../../support/core/introspection-responses.ts';
import { makeIssuerKey, mint } from '../../support/core/issuer.ts';
import { loggedIn } from '../../support/core/token-endpoint.ts';
import { World } from '../../support/core/world.ts';

const USER = 'user@example.com';
const PASSWORD = 'correct horse';
const ASP = 'abcdefghijklmnop';
const configuration = { allowedOrganizations: ['org_1', 'org_2'] };
const issuerKey = await makeIssuerKey('rsa-1');

/** The credentials, each of a user with these claims. */
async function worldWith(claims: object, settings: Readonly<Record<string, unknown>> = configuration) {
  const world = new World({ configuration: settings, issuerKeys: [issuerKey] });
  const jwt = await mint(issuerKey, { ...claims });
  world.tokens.set('opaque', activePassword({ token_type: 'access_token', ...claims }));
  world.tokens.set(ASP, activePassword({ ...claims }));
  world.passwords.set(`${USER}:${PASSWORD}`, loggedIn(jwt));
  return { world, jwt };
}

const KINDS: readonly (readonly [string, (jwt: string) => string])[] = [
  ['a JWT', (jwt) => `Bearer ${jwt}`],
  ['an opaque token', () => 'Bearer opaque'],
  ['an app specific password as Bearer', () => `Bearer ${ASP}`],
  ['an app specific password as Basic', () => basic(USER, ASP)],
  ['a password', () => basic(USER, PASSWORD)],
];

describe.each(KINDS)('with a list of organizations, %s', (_kind, authorizationOf) => {
  it.each(['org_1', 'org_2'])('is allowed for %s', async (organization) => {
    const { world, jwt } = await worldWith({ org_id: organization });
    expect(await world.decide(authorizationOf(jwt))).toMatchObject({
      outcome: 'allow',
      principal: { organizationId: organization },
    });
  });

  it.each([
    ['another organization', 'org_3', 'organization_refused', 'The credential is for another organization.'],
    [
      'an organization in other letters',
      'ORG_1',
      'organization_refused',
      'The credential is for another organization.',
    ],
    ['an empty organization', '', 'organization_refused', 'The credential is for another organization.'],
    ['no organization', undefined, 'organization_refused', 'The credential is for no organization.'],
    ['null', null, 'organization_refused', 'The credential is for no organization.'],
    ['several organizations', ['org_1'], 'claims_malformed', expect.stringContaining('The claim "org_id" is not')],
  ])(
    'is refused with 401 for %s, at the first and at the next request',
    async (_what, organization, reason, message) => {
      const { world, jwt } = await worldWith({ org_id: organization });
      const refusal = { outcome: 'unauthenticated', reason, message };
      expect(await world.decide(authorizationOf(jwt))).toEqual(refusal);
      expect(await world.decide(authorizationOf(jwt))).toEqual(refusal);
    },
  );

  it('is refused even where the route is unknown', async () => {
    const { world, jwt } = await worldWith({ org_id: 'org_3' });
    const unknown = { path: '/x', resourcePath: '/x' };
    expect(await world.decide(authorizationOf(jwt), unknown)).toMatchObject({ reason: 'organization_refused' });
  });

  it.each([{}, { allowedOrganizations: [] }])(
    'is allowed for any organization, and for none, with %j',
    async (none) => {
      for (const organization of ['org_3', undefined]) {
        const { world, jwt } = await worldWith({ org_id: organization }, none);
        expect(await world.decide(authorizationOf(jwt))).toMatchObject({ outcome: 'allow' });
      }
    },
  );
});

it('a changed list takes effect at once, although another container has shared the principal', async () => {
  const old = new Fleet(() => activePassword({ org_id: 'org_1' }), { allowedOrganizations: ['org_1'] });
  expect(await old.reason(0, `Bearer ${ASP}`)).toBe('allowed');
  const fleet = new Fleet(() => activePassword({ org_id: 'org_1' }), { allowedOrganizations: ['org_2'] });
  fleet.entries.read = old.entries.read.bind(old.entries);
  expect(await fleet.reason(0, `Bearer ${ASP}`)).toBe('organization_refused');
  expect(fleet.calls).toBe(0);
});

describe.each(['auto', 'password-first', 'introspect-first'])('a login, with the order %s', (basicOrder) => {
  it('makes the same calls for another organization as with a wrong password, so that nobody sees that it was right', async () => {
    const { world } = await worldWith({ org_id: 'org_3' }, { ...configuration, basicOrder });
    const calls = async (secret: string) => {
      const before = world.counts;
      await world.decide(basic(USER, secret));
      const { logins, introspections } = world.counts;
      return [logins - before.logins, introspections - before.introspections];
    };
    const right: unknown[] = [];
    const wrong: unknown[] = [];
    for (const seconds of [0, 1, 10, 30, 300]) {
      world.clock.advanceSeconds(seconds);
      right.push(await calls(PASSWORD));
      wrong.push(await calls('wrong horse'));
    }
    expect(right).toEqual(wrong);
    expect(right[0]).toEqual([1, 1]);
  });
});
