/** Claims, actors and organizations of tokens that a server written by others has issued. */
import { describe, expect, it } from 'vitest';
import { bearer } from '../../support/http/call.ts';
import { MORE_CLAIMS, startRfc7662Server } from '../../support/local/rfc7662-server.ts';
import { keys, startLocal, UNCACHED } from '../../support/local/start.ts';

describe.each(['opaque', 'jwt'] as const)('a token of oidc-provider, %s,', (format) => {
  async function whoami(configuration: Readonly<Record<string, unknown>>) {
    const server = await startRfc7662Server((await keys()).signingJwk);
    const { issuer, jwksUrl, introspectionUrl, clientId } = server;
    const issuers = [{ issuer, profile: 'rfc7662', jwksUrl, introspectionUrl, clientId }];
    const local = await startLocal({ ...UNCACHED, issuers, ...configuration }, Date.now());
    const response = await local.call('GET', '/whoami', bearer(await server.issue(format)));
    return { status: response.status, body: JSON.parse(response.body), log: local.log };
  }

  it('brings its claims and its actors to the backend', async () => {
    const { body } = await whoami({ contextClaims: ['https://demo.api/roles', 'email'] });
    expect(body).toMatchObject({
      sub: 'alice',
      org_id: 'org_1',
      claim_https_demo_api_roles: '["admin"]',
      claim_email: '',
      act: JSON.stringify(MORE_CLAIMS.act),
    });
  });

  it('is accepted for its organization, and refused for others', async () => {
    expect(await whoami({ allowedOrganizations: ['org_1'] })).toMatchObject({ status: 200 });
    const { status, log } = await whoami({ allowedOrganizations: ['org_2'] });
    expect(status).toBe(401);
    expect(log).toMatchObject([{ reason: 'organization_refused' }]);
  });
});
