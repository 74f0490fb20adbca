/** Deploys with the CDK command line, calls the API with every kind of credential, moves to another audience and destroys the stacks. */
import { createPublicKey, X509Certificate } from 'node:crypto';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { reachableApiUrl } from '../../local/deployment/stack-outputs.ts';
import { AwsForTest, succeeded } from '../support/aws/aws-for-test.ts';
import { cacheDecisions } from '../support/aws/cache-decisions.ts';
import { type Evidence, findings, gather, secretsOf } from '../support/aws/canary.ts';
import { reconfigure } from '../support/aws/deployed-function.ts';
import { type Inventory, inventoryOf, readSecret, stackTextsOf } from '../support/aws/inventory.ts';
import { startAsp } from '../support/cli/child.ts';
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

  it('gives the tenant the public key whose private half is in the secret', () => {
    const { n, e, kty } = JSON.parse(signingKey);
    const own = createPublicKey({ key: { kty, n, e }, format: 'jwk' });
    const certificate = new X509Certificate(String(resourceServer()?.verificationKey));
    expect(certificate.publicKey.equals(own)).toBe(true);
  });

  it('adds the three scopes for app specific passwords to those that the grant had', () => {
    expect(grantScopes()).toEqual([...scopesBefore, ...ASP_SCOPES]);
  });

  it('has outputs for what an operator needs, and for warnings', async () => {
    expect(await aws.outputs()).toMatchObject({
      ApiUrl: expect.stringMatching(/^https:\/\/\w+\.execute-api\..*\/prod\/$/),
      AuthorizerFunctionArn: expect.stringMatching(/^arn:aws:lambda:/),
      SigningKeySecretArn: expect.stringMatching(/^arn:aws:secretsmanager:/),
      Auth0Warnings: 'Resource server: none. Client grant: none.',
    });
  });

  describe('the authorizer with a valid credential', () => {
    it.each(['jwt', 'opaque', 'asp'] as const)(
      'lets in a Bearer %s and passes the principal to the backend',
      async (kind) => {
        const { tenant } = aws;
        const token = {
          jwt: () => tenant.mintJwt(),
          opaque: () => tenant.mintOpaque(),
          asp: () => tenant.mintApplicationPassword().value,
        };
        const response = await api('GET', 'whoami', bearer(token[kind]()));
        expect(response.status).toBe(200);
        expect(JSON.parse(response.body)).toMatchObject({ sub: 'auth0|1234', scope: 'read:foo', iss: tenant.issuer });
        expect(await statusOf('GET', 'foo', bearer(token[kind]()))).toBe(200);
      },
    );

    it('lets in Basic with a password and with an app specific password', async () => {
      expect(await statusOf('GET', 'foo', basic(USER, password()))).toBe(200);
      expect(await statusOf('GET', 'foo', basic(USER, aws.tenant.mintApplicationPassword().value))).toBe(200);
    });
  });

  describe('a credential with only the scope read:foo', () => {
    it.each(['jwt', 'opaque', 'asp'] as const)(
      'gets 200 for GET, then 403 for POST, then 200 for GET again: %s',
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

    it('gets the same statuses while the gateway caches decisions', async () => {
      const stopCaching = await cacheDecisions(aws.account, apiUrl);
      const credential = bearer(aws.tenant.mintApplicationPassword().value);
      expect(await statusOf('GET', 'foo', credential)).toBe(200);
      expect(await statusOf('POST', 'foo', credential)).toBe(403);
      expect(await statusOf('GET', 'foo', credential)).toBe(200);
      aws.tenant.revoke(credential.slice('Bearer '.length));
      expect(await statusOf('GET', 'foo', credential)).toBe(200);
      await stopCaching();
    });
  });

  describe('the authorizer with an invalid credential', () => {
    const refused: Readonly<Record<string, () => string | readonly string[]>> = {
      'no credential': () => [],
      'a wrong password': () => basic(USER, 'wrong password'),
      'the app specific password of another user': () =>
        basic(USER, aws.tenant.mintApplicationPassword({ userId: 'auth0|5678' }).value),
      'an opaque token as the Basic secret': () => basic(USER, aws.tenant.mintOpaque()),
      'an expired JWT': () => bearer(aws.tenant.mintJwt({ expiresInSeconds: -60 })),
      'a JWT for another audience': () => bearer(aws.tenant.mintJwt({ audience: 'https://other.api' })),
      'a JWT from another issuer': () => bearer(aws.tenant.mintJwt({ issuer: 'https://other.example/' })),
      'a JWT with alg none': () => bearer(aws.tenant.mintJwt({ alg: 'none' })),
      'a JWT signed by HS256 with the public key': () => bearer(aws.tenant.mintJwt({ alg: 'HS256' })),
      'a JWT with an unknown kid': () => bearer(aws.tenant.mintJwt({ kid: 'unknown' })),
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

    it.each(Object.keys(refused))('refuses %s with 401', async (name) => {
      expect(await statusOf('GET', 'foo', refused[name]?.())).toBe(401);
    });

    it('names the scheme that it requires, and lets a browser read that', async () => {
      const { headers, body } = await api('GET', 'foo', bearer('x'));
      expect(headers.get('www-authenticate')).toBe('Bearer realm="https://demo.api"');
      expect(headers.get('access-control-allow-origin')).toBe('*');
      expect(headers.get('access-control-expose-headers')).toBe('WWW-Authenticate,Retry-After');
      expect(JSON.parse(body)).toMatchObject({ title: 'Unauthorized', status: 401 });
    });
  });

  it('is followed by asp tail, which prints a decision as it happens, until Ctrl-C', async () => {
    const { url, id, region } = aws.account;
    const credentials = { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: 'test', AWS_REGION: region };
    const args = ['tail', '--json', '--reason', 'scope_missing', '--sub', 'auth0|1234'];
    const environment = { NODE_NO_WARNINGS: '1', AWS_ENDPOINT_URL: url, ...credentials };
    const tail = startAsp(args, { directory: tmpdir(), environment });
    await tail.untilShown(/Following the log group/);
    const credential = bearer(aws.tenant.mintApplicationPassword().value);
    await statusOf('GET', 'foo', credential);
    await statusOf('DELETE', 'foo', credential);
    await tail.untilShown(/scope_missing.*\n/);
    tail.process.kill('SIGINT');
    expect(await tail.ended).toBe(130);
    const [line = '', ...others] = tail.output.stdout.trimEnd().split('\n');
    expect(others).toEqual([]);
    expect(JSON.parse(line)).toMatchObject({ outcome: 'deny', kind: 'opaque', method: 'DELETE', route: '/foo' });
  });

  it('never tries an app specific password as a login, in 30 uncached uses before and 30 after its revocation', async () => {
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

  it('causes one failed login per process with the order password-first', async () => {
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

  describe('the authorizer while the tenant fails', () => {
    const path = '/oauth/introspect';
    const faults = {
      'responds with 429': { kind: 'status', status: 429, path },
      'responds with 500': { kind: 'status', status: 500, path },
      'breaks the connection': { kind: 'reset', path },
      'responds with a redirect': { kind: 'redirect', location: 'http://127.0.0.1:1/', path },
      'responds with text that is not JSON': { kind: 'garbage', path },
      'responds with 10 MB': { kind: 'huge', path },
      'never responds': { kind: 'hang', path },
    } as const;

    it.each(Object.entries(faults))('responds with 503 in time if the tenant %s', async (_name, fault) => {
      aws.tenant.faults.add(fault);
      const startedAtMs = Date.now();
      const response = await api('GET', 'foo', bearer(aws.tenant.mintOpaque()));
      aws.tenant.faults.clear();
      expect(response.status).toBe(503);
      expect(response.headers.get('retry-after')).toBe('5');
      expect(Date.now() - startedAtMs).toBeLessThan(8000);
    });

    it.each([
      ['with active: "true"', { set: { active: 'true' } }],
      ['without an audience', { remove: ['aud'] }],
    ])('lets nobody in if the tenant responds %s', async (_name, edit) => {
      aws.tenant.faults.add({ kind: 'edit', path, ...edit });
      const status = await statusOf('GET', 'foo', bearer(aws.tenant.mintOpaque()));
      aws.tenant.faults.clear();
      expect([401, 503]).toContain(status);
    });

    it('lets in JWTs with known keys, and responds with 503 to an opaque token, while the tenant is gone', async () => {
      const jwt = bearer(aws.tenant.mintJwt());
      expect(await statusOf('GET', 'foo', jwt)).toBe(200);
      aws.tenant.faults.add({ kind: 'reset' });
      expect(await statusOf('GET', 'foo', bearer(aws.tenant.mintJwt({ expiresInSeconds: 1800 })))).toBe(200);
      expect(await statusOf('GET', 'foo', bearer(aws.tenant.mintOpaque()))).toBe(503);
      aws.tenant.faults.clear();
    });
  });

  it('responds to the preflight request of a browser', async () => {
    const response = await api('OPTIONS', 'foo');
    expect(response.status).toBe(204);
    expect(response.headers.get('access-control-allow-headers')).toContain('Authorization');
  });

  it('responds with 404 to a route that it does not have', async () => {
    expect(await statusOf('GET', 'nothing', bearer(aws.tenant.mintJwt()))).toBe(404);
  });

  it('changes nothing and sends the tenant no request in a second deployment', async () => {
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

  it('sets up a new audience first, then changes the authorizer, then restores the old audience', async () => {
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

  /** The time in epoch milliseconds at which CloudFormation last updated a resource. */
  async function lastUpdateOf(logicalId: RegExp): Promise<number> {
    const events = (await stackTextsOf(aws.account)).split('<StackEvents>').at(-1) ?? '';
    const members = events
      .split('<member>')
      .filter((event) => event.includes('UPDATE_COMPLETE') && logicalId.test(event));
    return Math.max(...members.map((event) => Date.parse(/<Timestamp>([^<]+)</.exec(event)?.[1] ?? '')));
  }

  it('restores the tenant byte for byte, and leaves nothing in the account, when it is destroyed', async () => {
    evidence = await gather(aws);
    succeeded(await aws.destroy(assembly));
    expect(aws.tenant.snapshot()).toBe(snapshotBefore);
    expect(await inventoryOf(aws.account)).toEqual(inventoryBefore);
  });

  it('shows no secret and no response URL in any template, log, event, output or parameter', async () => {
    const after = await gather(aws);
    const credentials = [lastApplicationPassword, password(), basic(USER, password()).slice('Basic '.length)];
    const secrets = [...secretsOf(signingKey), ...credentials];
    expect(new Set(secrets).size).toBe(11);
    expect(findings({ ...evidence, ...prefixed('afterwards: ', after) }, secrets)).toEqual([]);
    const { 'the output of the emulator': _output, ...others } = evidence;
    expect(findings(others, ['cfn-response'])).toEqual([]);
    // Make sure that there was text to search.
    for (const [place, text] of Object.entries(evidence)) expect([place, text.length > 100]).toEqual([place, true]);
  });

  function prefixed(prefix: string, all: Evidence): Evidence {
    return Object.fromEntries(Object.entries(all).map(([name, text]) => [`${prefix}${name}`, text]));
  }
});
