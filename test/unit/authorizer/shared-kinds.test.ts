import { expect, it } from 'vitest';
import { Fleet } from '../../support/core/fleet.ts';
import { activePassword } from '../../support/core/introspection-responses.ts';
import { AUDIENCE } from '../../support/core/issuer.ts';

const OTHER = 'https://other.example/';

it('an app specific password that is still active outlives the revocation of its user, with revokeJwts', async () => {
  const fleet = new Fleet(() => activePassword(), { revocation: { table: 'marks', seconds: 5, revokeJwts: true } });
  await fleet.reason(0, 'Bearer abcdefghijklmnop');
  fleet.clock.advanceSeconds(60);
  fleet.revoke('all');
  fleet.clock.advanceSeconds(10);
  expect(await fleet.reason(0, 'Bearer abcdefghijklmnop')).toBe('allowed');
});

it('an opaque access token is shared', async () => {
  const fleet = new Fleet(() => activePassword({ token_type: 'access_token' }));
  await fleet.reason(0, 'Bearer opaque');
  await fleet.reason(1, 'Bearer opaque');
  expect(fleet.calls).toBe(1);
});

it.each([
  ['issuer', { issuer: OTHER }],
  ['issuers', { issuers: [{ issuer: OTHER }] }],
  ['audiences', { audiences: ['https://old.api'] }],
])('an entry of another configuration is not found: %s', async (_, changes) => {
  const one = new Fleet(() => activePassword());
  await one.reason(0, 'Bearer abcdefghijklmnop');
  const other = new Fleet(() => activePassword({ iss: 'issuer' in changes ? OTHER : undefined }), changes);
  other.entries.read = one.entries.read.bind(one.entries);
  await other.reason(0, 'Bearer abcdefghijklmnop');
  expect(other.calls).toBe(1);
});

it('a shared principal holds the audiences that its token is for, also in a container that did not introspect it', async () => {
  const fleet = new Fleet(() => activePassword({ aud: ['https://old.api', AUDIENCE] }), {
    audiences: ['https://old.api', 'https://older.api'],
    routes: { 'GET /foo': { allOf: ['read:foo'], audience: 'https://old.api' } },
  });
  for (const container of [0, 1]) {
    expect(await fleet.decide(container, 'Bearer abcdefghijklmnop')).toMatchObject({
      outcome: 'allow',
      principal: { audiences: [AUDIENCE, 'https://old.api'] },
      cacheHit: container === 1,
    });
  }
  expect(fleet.calls).toBe(1);
});
