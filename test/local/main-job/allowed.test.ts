/** Every kind of credential that a user may carry, let in by the code that runs in AWS. */
import { describe, expect, it } from 'vitest';
import { basic, bearer } from '../../support/http/call.ts';
import { startLocal, UNCACHED } from '../../support/local/start.ts';

const OTHER = 'other@example.com';

describe('a credential with read:foo', () => {
  it.each(['jwt', 'opaque', 'asp'] as const)('gets GET /foo as Bearer %s', async (kind) => {
    const local = await startLocal();
    expect(await local.call('GET', '/foo', bearer(local.ready.tokens[kind]))).toMatchObject({ status: 200 });
  });

  it.each(['bearer', 'BEARER', 'bEaReR'])('gets it whatever the case of the scheme: %s', async (scheme) => {
    const local = await startLocal();
    expect(await local.call('GET', '/foo', `${scheme} ${local.ready.tokens.jwt}`)).toMatchObject({ status: 200 });
  });

  it('gets it as Basic with the user’s password, colons and spaces in it included', async () => {
    const local = await startLocal();
    const [user] = local.ready.users;
    expect(user?.password).toContain(':');
    const answer = await local.call('GET', '/foo', basic(user?.username ?? '', user?.password ?? ''));
    expect(answer.status).toBe(200);
  });

  it('gets it as Basic with a password outside ASCII', async () => {
    const local = await startLocal();
    const other = local.ready.users.find(({ username }) => username === OTHER);
    expect(other?.password).toMatch(/[^\p{ASCII}]/u);
    expect(await local.call('GET', '/foo', basic(OTHER, other?.password ?? ''))).toMatchObject({ status: 200 });
  });

  it('gets it as Basic with an ASP, whatever the case of the username', async () => {
    const local = await startLocal();
    const answer = await local.call('GET', '/foo', basic('User@Gmail.COM', local.ready.tokens.asp));
    expect(answer.status).toBe(200);
  });
});

describe('the principal', () => {
  it('reaches the backend from an ASP, unknown values as empty text', async () => {
    const local = await startLocal();
    const answer = await local.call('GET', '/whoami', bearer(local.ready.tokens.asp));
    expect(JSON.parse(answer.body)).toEqual({
      sub: 'auth0|1234',
      username: 'user@gmail.com',
      scope: 'read:foo',
      token_type: 'application_specific_password_token',
      client_id: '',
      org_id: '',
      iss: local.ready.issuer,
      exp: '',
    });
  });

  it('reaches the backend from a JWT with its client, organization and expiry', async () => {
    const local = await startLocal();
    const jwt = local.tenant.mintJwt({ claims: { org_id: 'org_1' }, expiresInSeconds: 600 });
    const answer = await local.call('GET', '/whoami', bearer(jwt));
    expect(JSON.parse(answer.body)).toEqual({
      sub: 'auth0|1234',
      username: '',
      scope: 'read:foo',
      token_type: 'access_token',
      client_id: 'local-web-client',
      org_id: 'org_1',
      iss: local.ready.issuer,
      exp: String(local.clock.now() / 1000 + 600),
    });
  });

  it('of a password is the user, named as given, with the scopes of the routes and no more', async () => {
    const local = await startLocal({ routes: { 'GET /foo': ['read:foo'], 'GET /whoami': [] } });
    const [user] = local.ready.users;
    const answer = await local.call('GET', '/whoami', basic(user?.username ?? '', user?.password ?? ''));
    expect(JSON.parse(answer.body)).toMatchObject({ sub: 'auth0|1234', username: 'user@gmail.com', scope: 'read:foo' });
  });
});

describe('POST /foo with a credential that has read:foo only', () => {
  it.each(['jwt', 'opaque', 'asp'] as const)('is 403 for a %s, also right after an allowed GET', async (kind) => {
    const local = await startLocal({ gatewayTtlSeconds: 60 });
    const authorization = bearer(local.ready.tokens[kind]);
    expect(await local.call('GET', '/foo', authorization)).toMatchObject({ status: 200 });
    const refused = await local.call('POST', '/foo', authorization);
    expect(refused.status).toBe(403);
    expect(refused.headers.get('www-authenticate')).toBe(
      'Bearer realm="https://demo.api", error="insufficient_scope", scope="create:foo"',
    );
    expect(await local.call('GET', '/foo', authorization)).toMatchObject({ status: 200 });
  });

  it('stays 403 while the gateway keeps the refusal, and GET is 200 after it', async () => {
    const local = await startLocal({ gatewayTtlSeconds: 60 });
    const authorization = bearer(local.ready.tokens.asp);
    expect((await local.call('POST', '/foo', authorization)).status).toBe(403);
    expect((await local.call('POST', '/foo', authorization)).status).toBe(403);
    expect((await local.call('GET', '/foo', authorization)).status).toBe(200);
  });
});

describe('caching', () => {
  it('introspects once for 200 parallel requests with one new ASP', async () => {
    const local = await startLocal({ gatewayTtlSeconds: 0 });
    const requests = Array.from({ length: 200 }, () => local.call('GET', '/foo', bearer(local.ready.tokens.asp)));
    const statuses = (await Promise.all(requests)).map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(local.calls('/oauth/introspect')).toBe(1);
  });

  it('serves a known opaque token without the tenant until its time is over, and never past its expiry', async () => {
    const local = await startLocal({ gatewayTtlSeconds: 0, cacheTtlSeconds: 300 });
    const token = bearer(local.tenant.mintOpaque({ expiresInSeconds: 120 }));
    await local.call('GET', '/foo', token);
    local.clock.advanceSeconds(119);
    expect((await local.call('GET', '/foo', token)).status).toBe(200);
    expect(local.calls('/oauth/introspect')).toBe(1);
    local.clock.advanceSeconds(1);
    expect((await local.call('GET', '/foo', token)).status).toBe(401);
    expect(local.calls('/oauth/introspect')).toBe(2);
  });

  it('asks the server as well for JWTs if so configured, and so notices a revocation', async () => {
    const local = await startLocal({ ...UNCACHED, introspectJwts: true });
    const { jwt } = local.ready.tokens;
    expect((await local.call('GET', '/foo', bearer(jwt))).status).toBe(200);
    local.tenant.revoke(jwt);
    expect((await local.call('GET', '/foo', bearer(jwt))).status).toBe(401);
    expect(local.calls('/oauth/introspect')).toBe(2);
  });
});
