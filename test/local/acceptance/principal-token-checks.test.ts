import { describe, expect, it } from 'vitest';
import { acceptanceConfiguration } from '../../../local/acceptance/configuration.ts';
import type { Given } from '../../../local/acceptance/credentials.ts';
import { checkPrincipalToken } from '../../../local/acceptance/principal-token-checks.ts';
import { Report } from '../../../local/acceptance/report.ts';
import type { RunContext, Target } from '../../../local/acceptance/run-context.ts';
import { createHttpsClient } from '../../../src/http/https-client.ts';
import { type LocalForTest, startLocal } from '../../support/local/start.ts';

const AUDIENCE = 'https://demo.api';
const NONE = { why: 'the credentials file has no token' };

interface Changes {
  readonly pairs?: readonly string[];
  readonly issuer?: string;
  readonly path?: string;
  readonly asp?: Given;
}

/** Checks the local API as if it were a deployment. */
async function check(
  local: LocalForTest,
  { pairs = ['principalToken=true'], path = '/whoami', ...more }: Changes = {},
) {
  const { gateway, issuer, tokens } = local.ready;
  const required = [`issuer=${issuer}`, `audience=${AUDIENCE}`, 'managementSecret=m'];
  const { configuration } = await acceptanceConfiguration([...required, ...pairs], '1');
  const report = new Report({ stackPrefix: '', issuer, audience: AUDIENCE, account: '', region: '' }, String);
  const guide = { step: (_what: string, work: () => Promise<unknown>) => work() };
  const http = createHttpsClient();
  const ports = { http: http.send, clock: local.clock.now };
  const principalToken = { issuer: more.issuer ?? gateway, jwksUrl: `${gateway}.well-known/jwks.json` };
  const target = { deployed: { apiUrl: gateway, principalToken }, choice: { route: { method: 'GET', path } } };
  const given = { tokens: { jwt: NONE, opaque: NONE, asp: more.asp ?? { value: tokens.asp } } };
  // The check uses no other part of the run.
  const context = { guide, ports, report, configuration } as unknown as RunContext;
  await checkPrincipalToken(
    context,
    target as unknown as Target,
    given as unknown as Parameters<typeof checkPrincipalToken>[2],
  );
  http.close();
  return report.checks.map(({ verdict, got }) => [verdict, got]);
}

describe('the check of the signed principal', () => {
  it.each(['/whoami', '/foo'])(
    'passes if the served keys verify the token that the demo API shows at %s',
    async (path) => {
      const local = await startLocal({ principalToken: true });
      expect(await check(local, { path })).toEqual([['as expected', 'verified by the JWKS']]);
    },
  );

  it('fails if the token is for another backend or of another issuer', async () => {
    const local = await startLocal({ principalToken: true });
    const failed = [['different', 'not verified: JWTClaimValidationFailed']];
    expect(await check(local, { pairs: ['principalToken=true', 'principalTokenAudience=orders'] })).toEqual(failed);
    expect(await check(local, { issuer: 'https://other.example/' })).toEqual(failed);
  });

  it('fails if there is no token', async () => {
    expect(await check(await startLocal())).toEqual([['different', 'no token']]);
  });

  it('is not tried without a credential, or with a backend of your own', async () => {
    const local = await startLocal({ principalToken: true });
    expect(await check(local, { asp: NONE })).toEqual([['not tried', 'there is no credential']]);
    const backend = ['principalToken=true', 'backendUrl=https://backend.example', 'routes={"ANY /{proxy+}":[]}'];
    expect(await check(local, { pairs: backend })).toEqual([
      ['not tried', 'the backend is your own. Leave backendUrl out to see it'],
    ]);
  });

  it('is left out unless the configuration turns it on', async () => {
    expect(await check(await startLocal(), { pairs: [] })).toEqual([]);
  });
});
