/** Lets in every kind of credential, with the code that runs in AWS. */
import { describe, expect, it } from 'vitest';
import { basic, bearer } from '../../support/http/call.ts';
import { startLocal, UNCACHED } from '../../support/local/start.ts';

const OTHER = 'other@example.com';

describe('a credential with read:foo', () => {
  it.each(['jwt', 'opaque', 'asp'] as const)('is allowed to GET /foo as a Bearer %s', async (kind) => {
    const local = await startLocal();
    expect(await local.call('GET', '/foo', bearer(local.ready.tokens[kind]))).toMatchObject({ status: 200 });
  });

  it.each(['bearer', 'BEARER', 'bEaReR'])('is allowed whatever the case of the scheme: %s', async (scheme) => {
    const local = await startLocal();
    expect(await local.call('GET', '/foo', `${scheme} ${local.ready.tokens.jwt}`)).toMatchObject({ status: 200 });
  });

  it('is allowed as Basic with a password that contains colons and spaces', async () => {
    const local = await startLocal();
    const [user] = local.ready.users;
    expect(user?.password).toContain(':');
    const response = await local.call('GET', '/foo', basic(user?.username ?? '', user?.password ?? ''));
    expect(response.status).toBe(200);
  });

  it('is allowed as Basic with a password outside ASCII', async () => {
    const local = await startLocal();
    const other = local.ready.users.find(({ username }) => username === OTHER);
    expect(other?.password).toMatch(/[^\p{ASCII}]/u);
    expect(await local.call('GET', '/foo', basic(OTHER, other?.password ?? ''))).toMatchObject({ status: 200 });
  });

  it('is allowed as Basic with an ASP, whatever the case of the username', async () => {
    const local = await startLocal();
    const response = await local.call('GET', '/foo', basic('User@Gmail.COM', local.ready.tokens.asp));
    expect(response.status).toBe(200);
  });
});

describe('the principal', () => {
  it('has empty text for the values that an ASP does not have', async () => {
    const local = await startLocal();
    const response = await local.call('GET', '/whoami', bearer(local.ready.tokens.asp));
    expect(JSON.parse(response.body)).toEqual({
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

  it('has the client, organization and expiry of a JWT', async () => {
    const local = await startLocal();
    const jwt = local.tenant.mintJwt({ claims: { org_id: 'org_1' }, expiresInSeconds: 600 });
    const response = await local.call('GET', '/whoami', bearer(jwt));
    expect(JSON.parse(response.body)).toEqual({
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

  it('has only the scopes of the routes if the credential is a password', async () => {
    const local = await startLocal({ routes: { 'GET /foo': ['read:foo'], 'GET /whoami': [] } });
    const [user] = local.ready.users;
    const response = await local.call('GET', '/whoami', basic(user?.username ?? '', user?.password ?? ''));
    expect(JSON.parse(response.body)).toMatchObject({
      sub: 'auth0|1234',
      username: 'user@gmail.com',
      scope: 'read:foo',
    });
  });
});

describe('POST /foo with a credential that has only read:foo', () => {
  it.each(['jwt', 'opaque', 'asp'] as const)('gets 403 for a %s, even right after an allowed GET', async (kind) => {
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

  it('gets 403 again while the gateway caches the refusal, and GET still gets 200', async () => {
    const local = await startLocal({ gatewayTtlSeconds: 60 });
    const authorization = bearer(local.ready.tokens.asp);
    expect((await local.call('POST', '/foo', authorization)).status).toBe(403);
    expect((await local.call('POST', '/foo', authorization)).status).toBe(403);
    expect((await local.call('GET', '/foo', authorization)).status).toBe(200);
  });
});

describe('the cache', () => {
  it('causes one introspection for 200 parallel requests with a new ASP', async () => {
    const local = await startLocal({ gatewayTtlSeconds: 0 });
    const requests = Array.from({ length: 200 }, () => local.call('GET', '/foo', bearer(local.ready.tokens.asp)));
    const statuses = (await Promise.all(requests)).map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(local.calls('/oauth/introspect')).toBe(1);
  });

  it('serves a known opaque token without the tenant until the token expires', async () => {
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

  it('does not hide the revocation of a JWT if introspectJwts is set', async () => {
    const local = await startLocal({ ...UNCACHED, introspectJwts: true });
    const { jwt } = local.ready.tokens;
    expect((await local.call('GET', '/foo', bearer(jwt))).status).toBe(200);
    local.tenant.revoke(jwt);
    expect((await local.call('GET', '/foo', bearer(jwt))).status).toBe(401);
    expect(local.calls('/oauth/introspect')).toBe(2);
  });
});
