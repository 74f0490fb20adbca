/** docs/reason-codes.md tells operators to add a tenant's custom domain to `issuers`. Marks are written for the main issuer only. */
import { expect, it } from 'vitest';
import { Fleet } from '../../support/core/fleet.ts';
import { accessTokenClaims, makeIssuerKey, mint } from '../../support/core/issuer.ts';
import { json } from '../../support/core/scripted-http.ts';

const CUSTOM_DOMAIN = 'https://login.example/';
const key = await makeIssuerKey('key-1');

it('a revoked user of the tenant is refused, whichever of its domains issued the JWT', async () => {
  const fleet = new Fleet(() => json(200, { keys: [key.publicJwk] }), {
    issuers: [{ issuer: CUSTOM_DOMAIN }],
    revocation: { table: 'marks', seconds: 5, revokeJwts: true },
  });
  const iat = Math.floor(fleet.clock.nowMs / 1000);
  const token = `Bearer ${await mint(key, accessTokenClaims({ iss: CUSTOM_DOMAIN, sub: 'auth0|1234', iat, exp: iat + 3600 }))}`;
  expect(await fleet.reason(0, token)).toBe('allowed');
  fleet.clock.advanceSeconds(60);
  fleet.revoke('all', 'auth0|1234');
  fleet.clock.advanceSeconds(10);
  expect(await fleet.reason(0, token)).toBe('token_revoked');
});
