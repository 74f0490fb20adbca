/** Every kind of credential of two audiences, through the gateway, the authorizer and the tenant of local mode. */
import { describe, expect, it } from 'vitest';
import { basic, bearer } from '../../support/http/call.ts';
import { type LocalForTest, startLocal, UNCACHED } from '../../support/local/start.ts';

const MAIN = 'https://demo.api';
const OLD = 'https://old.api';
const SEVERAL = {
  audiences: [OLD],
  routes: { 'GET /foo': ['read:foo'], 'GET /old': { anyOf: ['read:foo', 'admin'], audience: OLD } },
};

const passwordOf = ({ ready }: LocalForTest) => ready.users[0]?.password ?? '';
const usernameOf = ({ ready }: LocalForTest) => ready.users[0]?.username ?? '';

/** The status for each kind of credential of an audience. */
async function statusesOf(local: LocalForTest, path: string, audience: string) {
  const { tenant } = local;
  const asp = () => tenant.mintApplicationPassword({ audience }).value;
  const credentials = {
    jwt: bearer(tenant.mintJwt({ audience })),
    opaque: bearer(tenant.mintOpaque({ audience })),
    asp: bearer(asp()),
    basic: basic(usernameOf(local), asp()),
  };
  const statuses: Record<string, number> = {};
  for (const [kind, credential] of Object.entries(credentials))
    statuses[kind] = (await local.call('GET', path, credential)).status;
  return statuses;
}

const all = (status: number) => ({ jwt: status, opaque: status, asp: status, basic: status });

describe('an API with two audiences', () => {
  it('accepts every kind of credential of both, and of no third one', async () => {
    const local = await startLocal(SEVERAL);
    expect(await statusesOf(local, '/foo', MAIN)).toEqual(all(200));
    expect(await statusesOf(local, '/foo', OLD)).toEqual(all(200));
    expect(await statusesOf(local, '/foo', 'https://demo.api/')).toEqual(all(401));
  });

  it('has a route for one of them', async () => {
    const local = await startLocal(SEVERAL);
    expect(await statusesOf(local, '/old', OLD)).toEqual(all(200));
    expect(await statusesOf(local, '/old', MAIN)).toEqual(all(401));
    const { status, headers } = await local.call('GET', '/old', bearer(local.ready.tokens.jwt));
    expect([status, headers.get('www-authenticate')]).toEqual([401, `Bearer realm="${MAIN}"`]);
    expect(local.log.at(-1)).toMatchObject({ outcome: 'unauthenticated', reason: 'audience_mismatch' });
    expect((await local.call('GET', '/old', basic(usernameOf(local), passwordOf(local)))).status).toBe(401);
    expect((await local.call('GET', '/foo', basic(usernameOf(local), passwordOf(local)))).status).toBe(200);
  });

  it('does not let a cached allow for one route open the route of the other audience', async () => {
    const local = await startLocal(SEVERAL);
    const credential = bearer(local.tenant.mintOpaque());
    for (const [path, status] of [
      ['/foo', 200],
      ['/old', 401],
      ['/foo', 200],
      ['/old', 401],
    ] as const)
      expect((await local.call('GET', path, credential)).status, path).toBe(status);
    expect(local.calls('/oauth/introspect')).toBe(1);
  });

  it('responds with 503 to credentials of an audience whose resource server lost the key, and only to these', async () => {
    const local = await startLocal({ ...SEVERAL, ...UNCACHED });
    const { resourceServers } = local.tenant.state;
    const old = [...resourceServers.values()].find(({ identifier }) => identifier === OLD);
    if (!old) throw new Error('The tenant has no old API.');
    const { verificationKey: _lost, ...without } = old;
    resourceServers.set(old.id, without);
    expect(await statusesOf(local, '/foo', MAIN)).toEqual(all(200));
    expect(await statusesOf(local, '/foo', OLD)).toEqual({ ...all(503), jwt: 200 });
    expect((await local.call('GET', '/foo', bearer('nobodyKnowsThis'))).status).toBe(503);
  });

  it('never causes a failed login with an app specific password of the second audience', async () => {
    const local = await startLocal({ ...SEVERAL, ...UNCACHED });
    const { value } = local.tenant.mintApplicationPassword({ audience: OLD });
    for (let time = 0; time < 3; time += 1)
      expect((await local.call('GET', '/foo', basic(usernameOf(local), value))).status).toBe(200);
    local.tenant.revoke(value);
    expect((await local.call('GET', '/foo', basic(usernameOf(local), value))).status).toBe(401);
    expect(local.tenant.logins.totalFailures()).toBe(0);
  });
});
