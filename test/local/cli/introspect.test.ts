/** `asp introspect` against the local tenant. */
import { describe, expect, it } from 'vitest';
import { CTRL_C, START_MS } from '../../support/cli/asp.ts';
import { openReadyTenant, type TenantForTest, USER } from '../../support/cli/tenant.ts';

const INTROSPECT = ['introspect', '--key', 'key.json'];
const NOW_SECONDS = START_MS / 1000;

/** Rows of title and text. */
const rowsOf = (text: string) => Object.fromEntries(text.split('\n').map((line) => line.split(/ {2,}/)));

async function makeApplicationPassword({ asp, secrets }: TenantForTest): Promise<string> {
  const { stdout } = await asp(['create', '--user', USER, '--label', 'laptop', '--scope', 'read:foo']);
  secrets.add(stdout.trim());
  return stdout;
}

describe('asp introspect', () => {
  it('shows an app specific password as a table, with times in ISO 8601 and in words', async () => {
    const opened = await openReadyTenant();
    const value = await makeApplicationPassword(opened);
    opened.clock.ms += 7_200_000;
    const { code, stdout, stderr } = await opened.asp([...INTROSPECT, '-'], { input: value });
    expect(code).toBe(0);
    expect(stderr).toBe('');
    expect(rowsOf(stdout)).toMatchObject({
      active: 'yes',
      type: 'application_specific_password_token',
      subject: USER,
      username: 'user@gmail.com',
      scopes: 'read:foo',
      audience: 'https://demo.api',
      issuer: opened.tenant.issuer,
      issued: '2026-11-22T12:00:00Z (2 hours ago)',
      expires: 'never, as far as the tenant says',
    });
  });

  it.each<[string, (opened: TenantForTest) => string, Readonly<Record<string, string>>]>([
    [
      'a JWT',
      ({ tenant }) => tenant.mintJwt(),
      { active: 'yes', type: 'Bearer', expires: '2026-11-22T13:00:00Z (in 1 hour)' },
    ],
    ['an opaque token', ({ tenant }) => tenant.mintOpaque(), { active: 'yes', type: 'Bearer' }],
    ['a refresh token', ({ tenant }) => tenant.mintRefresh(), { active: 'yes', type: 'refresh_token' }],
    [
      'an expired JWT',
      ({ tenant }) => tenant.mintJwt({ expiresInSeconds: -60 }),
      { active: expect.stringMatching(/^no: unknown, expired, revoked/) },
    ],
    ['junk', () => 'junk', { active: expect.stringMatching(/^no:/) }],
  ])('accepts %s', async (_, mint, expected) => {
    const opened = await openReadyTenant();
    const token = mint(opened);
    if (token !== 'junk') opened.secrets.add(token);
    const { code, stdout } = await opened.asp(INTROSPECT, { answers: [token] });
    expect(code).toBe(0);
    expect(rowsOf(stdout)).toMatchObject(expected);
  });

  it('asks for the token without showing it', async () => {
    const opened = await openReadyTenant();
    const value = await makeApplicationPassword(opened);
    const { questions } = await opened.asp(INTROSPECT, { answers: [` ${value} `] });
    expect(questions).toEqual([{ question: 'Token (not shown): ', isSecret: true }]);
  });

  it('exits with 130 on Ctrl-C at that prompt, without a request to the tenant', async () => {
    const { asp, tenant } = await openReadyTenant();
    expect(await asp(INTROSPECT, { answers: [CTRL_C] })).toMatchObject({
      code: 130,
      stdout: '',
      stderr: 'Interrupted.\n',
    });
    expect(tenant.requests).toEqual([]);
  });

  it('accepts a token on the command line with a warning, and does not repeat it', async () => {
    const opened = await openReadyTenant();
    const value = await makeApplicationPassword(opened);
    const { code, stderr } = await opened.asp([...INTROSPECT, value.trim()]);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^Warning: others on this machine can see a token on the command line/);
  });

  it('prints the response unchanged with --json', async () => {
    const opened = await openReadyTenant();
    const { stdout } = await opened.asp([...INTROSPECT, '--json', '-'], { input: opened.tenant.mintOpaque() });
    expect(JSON.parse(stdout)).toEqual({
      response: expect.objectContaining({ active: true, sub: USER, exp: NOW_SECONDS + 3600, scope: 'read:foo' }),
    });
  });
});

describe('asp introspect --explain', () => {
  const CDK = JSON.stringify({
    context: {
      routes: {
        'GET /foo': ['read:foo'],
        'POST /foo': ['create:foo', 'read:foo'],
        'ANY /x/{proxy+}': { anyOf: ['a', 'b'] },
        'GET /me': [],
        'GET /health': 'public',
      },
      issuer: 'https://of-the-file.example/',
      managementSecret: 'not-the-authorizer-s',
    },
  });
  const explain = async (opened: TenantForTest, token: string) => {
    opened.write('cdk.json', CDK);
    const { stdout } = await opened.asp([...INTROSPECT, '--explain', '--json', '-'], { input: token });
    return JSON.parse(stdout).explanations;
  };

  it('shows the decision and its rule for each configured route', async () => {
    const opened = await openReadyTenant();
    expect(await explain(opened, await makeApplicationPassword(opened))).toEqual([
      { route: 'GET /foo', outcome: 'allow', status: 200, reason: 'allowed', rule: 'has read:foo' },
      { route: 'POST /foo', outcome: 'deny', status: 403, reason: 'scope_missing', rule: 'lacks create:foo' },
      { route: 'ANY /x/{proxy+}', outcome: 'deny', status: 403, reason: 'scope_missing', rule: 'has none of a, b' },
      { route: 'GET /me', outcome: 'allow', status: 200, reason: 'allowed', rule: 'any principal may call it' },
      {
        route: 'GET /health',
        outcome: 'public',
        status: 200,
        reason: 'public',
        rule: 'public: no authorizer is involved',
      },
    ]);
  });

  it.each<[string, (opened: TenantForTest) => string, string]>([
    ['a refresh token', ({ tenant }) => tenant.mintRefresh(), 'token_type_refused'],
    ['an expired JWT', ({ tenant }) => tenant.mintJwt({ expiresInSeconds: -3600 }), 'token_expired'],
    ['an unknown token', () => 'nobodyKnowsThis', 'token_inactive'],
  ])('shows that %s is refused at every route', async (_, mint, reason) => {
    const opened = await openReadyTenant();
    const explanations = await explain(opened, mint(opened));
    expect(explanations.slice(0, 4)).toEqual(
      Array.from({ length: 4 }, () => expect.objectContaining({ outcome: 'unauthenticated', status: 401, reason })),
    );
  });

  it('prints a table for people, and shows how the authorizer handles the token', async () => {
    const opened = await openReadyTenant();
    const jwt = await opened.asp([...INTROSPECT, '--explain', '-'], { input: opened.tenant.mintJwt() });
    expect(jwt.stdout).toContain("three parts, so a JWT: verified with the tenant's public keys");
    expect(jwt.stdout).toMatch(/^GET \/foo {5}200 allow {2}has read:foo$/m);
    expect(jwt.stdout).toMatch(/^POST \/foo {4}403 deny {3}lacks create:foo \(scope_missing\)$/m);
  });

  it('shows the claims and the actor that the backend would receive, but not for a refused call', async () => {
    const opened = await openReadyTenant();
    const context = {
      routes: { 'GET /foo': ['read:foo'], 'POST /foo': ['create:foo'] },
      contextClaims: ['https://a/b'],
    };
    opened.write('cdk.json', JSON.stringify({ context }));
    const claims = { 'https://a/b': ['admin'], act: { sub: 'agent@clients' } };
    const input = opened.tenant.mintJwt({ claims });
    const { stdout } = await opened.asp([...INTROSPECT, '--explain', '--json', '-'], { input });
    const received = { act: '{"sub":"agent@clients"}', claim_https_a_b: '["admin"]' };
    const [get, post] = JSON.parse(stdout).explanations;
    expect(get).toMatchObject({ outcome: 'allow', claims: received });
    expect(post).not.toHaveProperty('claims');
    const text = await opened.asp([...INTROSPECT, '--explain', '-'], { input });
    expect(text.stdout).toContain('\n\nBesides the usual values, the backend would receive\n');
    expect(rowsOf(text.stdout)).toMatchObject(received);
  });

  it('shows that a token of another organization is refused', async () => {
    const opened = await openReadyTenant();
    opened.write('cdk.json', JSON.stringify({ context: { allowedOrganizations: ['org_1'] } }));
    const input = opened.tenant.mintJwt({ claims: { org_id: 'org_2' } });
    const { stdout } = await opened.asp([...INTROSPECT, '--explain', '--json', '-'], { input });
    const reasons = JSON.parse(stdout).explanations.map(({ reason }: { reason: string }) => reason);
    expect(new Set(reasons)).toEqual(new Set(['organization_refused']));
  });

  it('names the user names with which the token may be a Basic password', async () => {
    const opened = await openReadyTenant();
    const explained = async (context: object) => {
      opened.write('cdk.json', JSON.stringify({ context }));
      const { stdout } = await opened.asp([...INTROSPECT, '--explain', '-'], { input: opened.tenant.mintJwt() });
      return stdout;
    };
    const line = 'As a Bearer token or the Basic password of token or oauth2, the authorizer would decide\n';
    expect(await explained({ basicTokenUsers: ['token', 'oauth2'] })).toContain(line);
    expect(await explained({})).toContain('As a Bearer token, the authorizer would decide\n');
  });

  it('shows that an encrypted token, and a bound token without a proof, are refused', async () => {
    const opened = await openReadyTenant();
    opened.write('cdk.json', JSON.stringify({ context: { dpop: 'accepted' } }));
    const explained = async (input: string) => {
      const { stdout } = await opened.asp([...INTROSPECT, '--explain', '-'], { input });
      return stdout;
    };
    const encrypted = await explained(opened.tenant.mintEncrypted());
    expect(encrypted).toContain('(five parts, so an encrypted JWT: refused');
    expect(encrypted).toContain('(token_encrypted)');
    const bound = opened.tenant.mintJwt({ cnf: { jkt: '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I' } });
    expect(await explained(bound)).toContain('(token_sender_constrained)');
  });

  it('introspects the token once for the table and once for all routes', async () => {
    const opened = await openReadyTenant();
    const value = await makeApplicationPassword(opened);
    opened.tenant.requestLog.clear();
    await explain(opened, value);
    expect(opened.tenant.requests.map(({ path }) => path)).toEqual(['/oauth/introspect', '/oauth/introspect']);
  });
});

describe('asp introspect with bad input', () => {
  it.each<[string, readonly string[], string | undefined, number, RegExp]>([
    ['an empty pipe', [...INTROSPECT, '-'], '\n', 2, /^Got no token/],
    ['a header instead of a token', INTROSPECT, 'Bearer abc', 2, /contains white space .* without "Bearer"/],
    ['two tokens', [...INTROSPECT, 'a', 'b'], '', 2, /Got 2 arguments besides the options; expected at most 1/],
    [
      'a missing key',
      ['introspect'],
      'abc',
      1,
      /There is no signing key at .*\.asp\/key\.json\. Create one with "asp keygen"/,
    ],
    [
      'an invalid key',
      ['introspect', '--key', 'bad.json'],
      'abc',
      1,
      /The file .*bad\.json does not hold a usable signing key: .* is not a JSON object\. Expected a file that "asp keygen" wrote/,
    ],
    [
      'a key instead of its file name',
      ['introspect', '--key', '{"d":"x"}'],
      'abc',
      2,
      /^The setting "key" is not a file name\. [^{]*$/,
    ],
    ['an empty option as an absent one', [...INTROSPECT, '--issuer', ''], 'abc', 0, /^$/],
    ['an invalid configuration', [...INTROSPECT, '--config', 'bad.json'], 'abc', 2, /bad\.json is not a JSON object/],
  ])('handles %s', async (_, args, input, expected, message) => {
    const opened = await openReadyTenant();
    opened.write('bad.json', '[]');
    const { code, stderr } = await opened.asp(args, input === undefined ? {} : { input });
    expect(stderr).toMatch(message);
    expect(code).toBe(expected);
  });

  it('explains what to do if the tenant refuses the assertion', async () => {
    const { asp, tenant } = await openReadyTenant();
    tenant.faults.add({ kind: 'status', status: 401, body: { error: 'invalid_client' }, path: '/oauth/introspect' });
    const { code, stderr } = await asp([...INTROSPECT, '-'], { input: 'abc' });
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /refused the client assertion \(invalid_client\)\. .* Run "asp keys" to see which keys differ/,
    );
  });
});
