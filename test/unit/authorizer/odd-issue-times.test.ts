import { expect, it } from 'vitest';
import { Fleet } from '../../support/core/fleet.ts';
import { accessTokenClaims, makeIssuerKey, mint } from '../../support/core/issuer.ts';
import { json } from '../../support/core/scripted-http.ts';

const key = await makeIssuerKey('key-1');

it.each([
  ['in the future', 3600],
  ['in milliseconds', 1_700_000_000_000],
])('a JWT whose "iat" is %s is not known to be new, so it is refused once its user was revoked', async (_, ahead) => {
  const fleet = new Fleet(() => json(200, { keys: [key.publicJwk] }), {
    revocation: { table: 'marks', seconds: 5, revokeJwts: true },
  });
  const now = Math.floor(fleet.clock.nowMs / 1000);
  const token = `Bearer ${await mint(key, accessTokenClaims({ iat: now + ahead, exp: now + 3600 }))}`;
  await fleet.reason(0, token);
  fleet.clock.advanceSeconds(60);
  fleet.revoke('all');
  fleet.clock.advanceSeconds(10);
  expect(await fleet.reason(0, token)).toBe('token_revoked');
});
