/** One deployment from its first day to its last, by the CDK's own command line: every kind of credential, a move, an end. */
import { createPublicKey, X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { reachableApiUrl } from '../../local/deployment/stack-outputs.ts';
import { AwsForTest, succeeded } from '../support/aws/aws-for-test.ts';
import { type Evidence, findings, gather, secretsOf } from '../support/aws/canary.ts';
import { reconfigure } from '../support/aws/deployed-function.ts';
import { enableGatewayCache } from '../support/aws/gateway-cache.ts';
import { type Inventory, inventoryOf, readSecret, stackTextsOf } from '../support/aws/inventory.ts';
import { basic, bearer, call } from '../support/http/call.ts';

const ministack = inject('ministack');
const DEMO_API = 'https://demo.api';
const NEAR_MISS = 'https://demo.api/';
const USER = 'user@gmail.com';
const TIMES = 30;
const ASP_SCOPES = [
  'read:user_application_passwords',
  'create:user_application_passwords',
  'delete:user_application_passwords',
];

describe.skipIf(ministack === '')('a deployment', () => {
  let aws: AwsForTest;
  let assembly: string;
  let moved: Promise<string>;
  let inventoryBefore: Inventory;
  let snapshotBefore: string;
  let scopesBefore: readonly string[];
  let signingKey: string;
  let evidence: Evidence;
  let lastApplicationPassword: string;
  let apiUrl: string;
  let authorizer: string;

  beforeAll(async () => {
    aws = await AwsForTest.start(ministack);
    inventoryBefore = await inventoryOf(aws.account);
    snapshotBefore = aws.tenant.snapshot();
    scopesBefore = grantScopes();
    assembly = await aws.synth();
    succeeded(await aws.deploy(assembly));
    const outputs = await aws.outputs();
    apiUrl = reachableApiUrl(aws.account, outputs.ApiUrl ?? '');
    authorizer = outputs.AuthorizerFunctionArn ?? '';
    signingKey = await readSecret(aws.account, outputs.SigningKeySecretArn ?? '');
  });

  afterAll(() => aws?.close());

  const api = (method: string, path: string, authorization?: string | readonly string[]) =>
    call(new URL(path, apiUrl), method, authorization);
  const statusOf = async (method: string, path: string, authorization?: string | readonly string[]) =>
    (await api(method, path, authorization)).status;
  const grantScopes = () => aws.tenant.state.clientGrants.get('cgr_managementsetup')?.scope ?? [];
  const resourceServer = (identifier = DEMO_API) =>
    [...aws.tenant.state.resourceServers.values()].find((record) => record.identifier === identifier);
  const password = () => aws.tenant.state.users.get('auth0|1234')?.password ?? '';

  it('has given the tenant the public key whose private half is in the secret', () => {
    const { n, e, kty } = JSON.parse(signingKey);
    const own = createPublicKey({ key: { kty, n, e }, format: 'jwk' });
    const certificate = new X509Certificate(String(resourceServer()?.verificationKey));
    expect(certificate.publicKey.equals(own)).toBe(true);
  });

  it('has put the three scopes for app specific passwords beside those that the grant had', () => {
    expect(grantScopes()).toEqual([...scopesBefore, ...ASP_SCOPES]);
  });

  it('has outputs that name what an operator needs, and warnings where there are any', async () => {
    expect(await aws.outputs()).toMatchObject({
      ApiUrl: expect.stringMatching(/^https:\/\/\w+\.execute-api\..*\/prod\/$/),
      AuthorizerFunctionArn: expect.stringMatching(/^arn:aws:lambda:/),
      SigningKeySecretArn: expect.stringMatching(/^arn:aws:secretsmanager:/),
      Auth0Warnings: 'Resource server: none. Client grant: none.',
    });
  });

  describe('lets in', () => {
    it.each(['jwt', 'opaque', 'asp'] as const)('a Bearer %s, and passes the principal on', async (kind) => {
      const { tenant } = aws;
      const token = {
        jwt: () => tenant.mintJwt(),
        opaque: () => tenant.mintOpaque(),
        asp: () => tenant.mintApplicationPassword().value,
      };
      const answer = await api('GET', 'whoami', bearer(token[kind]()));
      expect(answer.status).toBe(200);
      expect(JSON.parse(answer.body)).toMatchObject({ sub: 'auth0|1234', scope: 'read:foo', iss: tenant.issuer });
      expect(await statusOf('GET', 'foo', bearer(token[kind]()))).toBe(200);
    });

    it('Basic with a password, and with an app specific password', async () => {
      expect(await statusOf('GET', 'foo', basic(USER, password()))).toBe(200);
      expect(await statusOf('GET', 'foo', basic(USER, aws.tenant.mintApplicationPassword().value))).toBe(200);
    });
  });

  describe('with only read:foo', () => {
    it.each(['jwt', 'opaque', 'asp'] as const)(
      'answers POST with 403 after an allowed GET, and GET with 200 after it (%s)',
      async (kind) => {
        const { tenant } = aws;
        const token = {
          jwt: () => tenant.mintJwt(),
          opaque: () => tenant.mintOpaque(),
          asp: () => tenant.mintApplicationPassword().value,
        };
        const credential = bearer(token[kind]());
        expect(await statusOf('GET', 'foo', credential)).toBe(200);
        expect(await statusOf('POST', 'foo', credential)).toBe(403);
        expect(await statusOf('GET', 'foo', credential)).toBe(200);
      },
    );

    it('does so while the gateway keeps answers', async () => {
      const disableGatewayCache = await enableGatewayCache(aws.account, apiUrl);
      const credential = bearer(aws.tenant.mintApplicationPassword().value);
      expect(await statusOf('GET', 'foo', credential)).toBe(200);
      expect(await statusOf('POST', 'foo', credential)).toBe(403);
      expect(await statusOf('GET', 'foo', credential)).toBe(200);
      aws.tenant.revoke(credential.slice('Bearer '.length));
      expect(await statusOf('GET', 'foo', credential)).toBe(200);
      await disableGatewayCache();
    });
  });

  describe('refuses with 401', () => {
    const refused: Readonly<Record<string, () => string | readonly string[]>> = {
      'no credential': () => [],
      'a wrong password': () => basic(USER, 'wrong password'),
      'an app specific password under another name': () =>
        basic(USER, aws.tenant.mintApplicationPassword({ userId: 'auth0|5678' }).value),
      'an opaque token as a secret': () => basic(USER, aws.tenant.mintOpaque()),
      'an expired JWT': () => bearer(aws.tenant.mintJwt({ expiresInSeconds: -60 })),
      'a JWT for another audience': () => bearer(aws.tenant.mintJwt({ audience: 'https://other.api' })),
      'a JWT of another issuer': () => bearer(aws.tenant.mintJwt({ issuer: 'https://other.example/' })),
      'alg none': () => bearer(aws.tenant.mintJwt({ alg: 'none' })),
      'HS256 with the public key': () => bearer(aws.tenant.mintJwt({ alg: 'HS256' })),
      'an unknown kid': () => bearer(aws.tenant.mintJwt({ kid: 'unknown' })),
      'a refresh token': () => bearer(aws.tenant.mintRefresh()),
      'a revoked app specific password': () => {
        const { value } = aws.tenant.mintApplicationPassword();
        aws.tenant.revoke(value);
        return bearer(value);
      },
      garbage: () => 'Bearer ???',
      'two Authorization headers': () => [bearer(aws.tenant.mintJwt()), bearer(aws.tenant.mintJwt())],
      '6 KB of junk': () => bearer('x'.repeat(6000)),
    };

    it.each(Object.keys(refused))('%s', async (name) => {
      expect(await statusOf('GET', 'foo', refused[name]?.())).toBe(401);
    });

    it('and says what is wanted, also to a browser', async () => {
      const { headers, body } = await api('GET', 'foo', bearer('x'));
      expect(headers.get('www-authenticate')).toBe('Bearer realm="https://demo.api"');
      expect(headers.get('access-control-allow-origin')).toBe('*');
      expect(headers.get('access-control-expose-headers')).toBe('WWW-Authenticate,Retry-After');
      expect(JSON.parse(body)).toMatchObject({ title: 'Unauthorized', status: 401 });
    });
  });

  it('never logs a user in for an app specific password: 30 cold uses, revoked, 30 more', async () => {
    const restore = await reconfigure(aws.account, authorizer, { cacheTtlSeconds: 0, negativeTtlSeconds: 0 });
    const failures = aws.tenant.logins.totalFailures();
    const { value } = aws.tenant.mintApplicationPassword();
    expect(await repeated(() => statusOf('GET', 'foo', basic(USER, value)))).toEqual(new Set([200]));
    aws.tenant.revoke(value);
    expect(await repeated(() => statusOf('GET', 'foo', basic(USER, value)))).toEqual(new Set([401]));
    expect(aws.tenant.logins.totalFailures()).toBe(failures);
    expect(await statusOf('GET', 'foo', basic(USER, password()))).toBe(200);
    await restore();
  });

  it('with password-first costs one failed login a process', async () => {
    const changes = { basicOrder: 'password-first', cacheTtlSeconds: 0, negativeTtlSeconds: 0 };
    const restore = await reconfigure(aws.account, authorizer, changes);
    const failures = aws.tenant.logins.totalFailures();
    const { value } = aws.tenant.mintApplicationPassword();
    expect(await repeated(() => statusOf('GET', 'foo', basic(USER, value)))).toEqual(new Set([200]));
    expect(aws.tenant.logins.totalFailures()).toBe(failures + 1);
    await restore();
  });

  async function repeated(act: () => Promise<number>): Promise<ReadonlySet<number>> {
    const statuses = new Set<number>();
    for (let time = 0; time < TIMES; time += 1) statuses.add(await act());
    return statuses;
  }

  describe('while the tenant', () => {
    const path = '/oauth/introspect';
    const faults = {
      'answers 429': { kind: 'status', status: 429, path },
      'answers 500': { kind: 'status', status: 500, path },
      'breaks the connection': { kind: 'reset', path },
      redirects: { kind: 'redirect', location: 'http://127.0.0.1:1/', path },
      'answers no JSON': { kind: 'garbage', path },
      'answers 10 MB': { kind: 'huge', path },
      'never answers': { kind: 'hang', path },
    } as const;

    it.each(Object.entries(faults))('%s, answers 503 in time, and lets nobody in', async (_name, fault) => {
      aws.tenant.faults.add(fault);
      const startedAtMs = Date.now();
      const answer = await api('GET', 'foo', bearer(aws.tenant.mintOpaque()));
      aws.tenant.faults.clear();
      expect(answer.status).toBe(503);
      expect(answer.headers.get('retry-after')).toBe('5');
      expect(Date.now() - startedAtMs).toBeLessThan(8000);
    });

    it.each([
      ['active: "true"', { set: { active: 'true' } }],
      ['no audience', { remove: ['aud'] }],
    ])('answers %s, lets nobody in', async (_name, edit) => {
      aws.tenant.faults.add({ kind: 'edit', path, ...edit });
      const status = await statusOf('GET', 'foo', bearer(aws.tenant.mintOpaque()));
      aws.tenant.faults.clear();
      expect([401, 503]).toContain(status);
    });

    it('is gone, lets in JWTs with known keys, and answers 503 to what needs it', async () => {
      const jwt = bearer(aws.tenant.mintJwt());
      expect(await statusOf('GET', 'foo', jwt)).toBe(200);
      aws.tenant.faults.add({ kind: 'reset' });
      expect(await statusOf('GET', 'foo', bearer(aws.tenant.mintJwt({ expiresInSeconds: 1800 })))).toBe(200);
      expect(await statusOf('GET', 'foo', bearer(aws.tenant.mintOpaque()))).toBe(503);
      aws.tenant.faults.clear();
    });
  });

  it('answers a browser that asks before it sends a credential', async () => {
    const answer = await api('OPTIONS', 'foo');
    expect(answer.status).toBe(204);
    expect(answer.headers.get('access-control-allow-headers')).toContain('Authorization');
  });

  it('knows no other route', async () => {
    expect(await statusOf('GET', 'nothing', bearer(aws.tenant.mintJwt()))).toBe(404);
  });

  it('is not changed by a second deploy: no difference, and no request to the tenant', async () => {
    moved = aws.synth({ audience: NEAR_MISS });
    aws.tenant.requestLog.clear();
    succeeded(await aws.deploy(assembly));
    const diff = await aws.cdk('diff', '--all', '--fail', '--app', assembly);
    expect(diff).toMatchObject({
      exitCode: 0,
      output: expect.stringContaining('Number of stacks with differences: 0'),
    });
    expect(aws.tenant.requests).toEqual([]);
  });

  it('moves to another audience: new one set up, then the authorizer, then the old one restored', async () => {
    const next = await moved;
    const [old, other] = [resourceServer(), resourceServer(NEAR_MISS)];
    aws.tenant.requestLog.clear();
    succeeded(await aws.deploy(next));
    const changes = aws.tenant.requests.filter(({ method }) => method === 'PATCH');
    expect(changes.map(({ path }) => path)).toEqual([
      `/api/v2/resource-servers/${other?.id}`,
      `/api/v2/resource-servers/${old?.id}`,
    ]);
    const [setUp, restored] = changes.map(({ at }) => at);
    const movedAt = await lastUpdateOf(/AuthorizerDecideFunction\w*/);
    expect(movedAt).toBeGreaterThanOrEqual(setUp ?? Number.NaN);
    expect(movedAt).toBeLessThanOrEqual(restored ?? Number.NaN);
    expect(resourceServer()).not.toHaveProperty('verificationKey');
    lastApplicationPassword = aws.tenant.mintApplicationPassword({ audience: NEAR_MISS }).value;
    expect(await statusOf('GET', 'foo', bearer(lastApplicationPassword))).toBe(200);
    expect(await statusOf('GET', 'foo', bearer(aws.tenant.mintApplicationPassword().value))).toBe(401);
    assembly = next;
  });

  /** Epoch milliseconds at which CloudFormation had updated a resource. */
  async function lastUpdateOf(logicalId: RegExp): Promise<number> {
    const events = (await stackTextsOf(aws.account)).split('<StackEvents>').at(-1) ?? '';
    const members = events
      .split('<member>')
      .filter((event) => event.includes('UPDATE_COMPLETE') && logicalId.test(event));
    return Math.max(...members.map((event) => Date.parse(/<Timestamp>([^<]+)</.exec(event)?.[1] ?? '')));
  }

  it('leaves the tenant byte for byte as it was, and nothing of ours in the account', async () => {
    evidence = await gather(aws);
    succeeded(await aws.destroy(assembly));
    expect(aws.tenant.snapshot()).toBe(snapshotBefore);
    expect(await inventoryOf(aws.account)).toEqual(inventoryBefore);
  });

  it('shows no secret and no address of an answer in any template, log, event, output or parameter', async () => {
    const after = await gather(aws);
    const credentials = [lastApplicationPassword, password(), basic(USER, password()).slice('Basic '.length)];
    const secrets = [...secretsOf(signingKey), ...credentials];
    expect(new Set(secrets).size).toBe(11);
    expect(findings({ ...evidence, ...prefixed('afterwards: ', after) }, secrets)).toEqual([]);
    const { 'the output of the emulator': _output, ...others } = evidence;
    expect(findings(others, ['cfn-response'])).toEqual([]);
    // Were nothing gathered, nothing would be found.
    for (const [place, text] of Object.entries(evidence)) expect([place, text.length > 100]).toEqual([place, true]);
  });

  function prefixed(prefix: string, all: Evidence): Evidence {
    return Object.fromEntries(Object.entries(all).map(([name, text]) => [`${prefix}${name}`, text]));
  }
});
