/** Runs `npm run acceptance` as its users do, against the emulator and the local tenant. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { Check, Finding } from '../../local/acceptance/report.ts';
import { PROJECT_DIRECTORY } from '../../local/deployment/cdk-command.ts';
import { type Ended, run } from '../../local/deployment/child-process.ts';
import { AwsForTest, CANARIES, MANAGEMENT_SECRET, PASSWORD_GRANT_SECRET } from '../support/aws/aws-for-test.ts';
import { type Inventory, inventoryOf } from '../support/aws/inventory.ts';

const ministack = inject('ministack');
const USER = { username: 'user@gmail.com', password: 'correct horse battery staple' };

interface Result {
  readonly isAsExpected: boolean;
  readonly incomplete: string | null;
  readonly stackPrefix: string;
  readonly checks: readonly Check[];
  readonly findings: readonly Finding[];
  readonly leftBehind: readonly string[];
}

describe.skipIf(ministack === '')('an acceptance run', () => {
  let aws: AwsForTest;
  let home: string;
  let before: { readonly tenant: string; readonly account: Inventory; readonly passwords: number };
  let ended: Ended;
  let result: Result;
  let secrets: readonly string[];

  beforeAll(async () => {
    aws = await AwsForTest.start(ministack);
    home = await mkdtemp(join(tmpdir(), 'acceptance-test-'));
    const { tenant } = aws;
    const [user] = tenant.state.users.values();
    const tokens = {
      opaque: tenant.mintOpaque(),
      expiredJwt: tenant.mintJwt({ expiresInSeconds: -3600 }),
      refresh: tenant.mintRefresh(),
    };
    const { username = USER.username, password = USER.password } = user ?? {};
    secrets = [password, ...Object.values(tokens), ...Object.values(CANARIES)];
    const file = join(home, 'credentials.json');
    await writeFile(file, JSON.stringify({ user: { username, password }, tokens }), { mode: 0o600 });
    before = { tenant: tenant.snapshot(), account: await inventoryOf(aws.account), passwords: passwordsOf(aws) };
    ended = await acceptance(['--yes', '--json', '--credentials', file]);
    result = JSON.parse(ended.output.split('\n').find((line) => line.startsWith('{')) ?? '{}');
  }, 240_000);

  afterAll(async () => {
    await aws?.close();
    await rm(home, { recursive: true, force: true });
  });

  it('finds everything as expected, and exits with 0', () => {
    expect(result.checks.filter(({ verdict }) => verdict === 'different')).toEqual([]);
    expect(result).toMatchObject({ isAsExpected: true, incomplete: null, leftBehind: [] });
    expect(ended.exitCode).toBe(0);
  });

  it('tries every kind of credential', () => {
    const rows = result.checks.filter(({ section }) => section === 'Credentials');
    expect(rows.map(({ title, got }) => `${got}: ${title}`)).toEqual([
      '200 allowed: JWT as Bearer',
      '200 allowed: opaque token as Bearer',
      '200 allowed: ASP as Bearer',
      '200 allowed: username and ASP as Basic',
      '200 allowed: username and password as Basic',
      '200 allowed: JWT as the password of a user name in basicTokenUsers',
      '401 refused: no credential',
      '401 refused: expired JWT',
      '401 refused: JWT with a wrong signature',
      '401 refused: opaque token that nobody issued',
      '401 refused: ASP that nobody issued',
      '401 refused: deleted ASP',
      '401 refused: ASP with the name of another user',
      '401 refused: username and a wrong password',
      '401 refused: refresh token',
      '401 refused: JWT with the scheme DPoP and no proof',
      '403 refused: missing scope: read:foo only',
    ]);
  });

  it('checks challenges, an outage, caches, a rotation and the events', () => {
    const passed = result.checks.filter(({ verdict }) => verdict === 'as expected').map(({ title }) => title);
    expect(passed).toEqual(
      expect.arrayContaining([
        'WWW-Authenticate of a 401',
        'two requests with the same ASP',
        'ASP that is deleted while its result is cached',
        'rotation of the signing key',
        "the tenant's copy of the public key",
        'ASP that the authorizer sees for the first time after the rotation',
        'REST authorizer event',
        'the API and the client grant',
      ]),
    );
    const outage = result.checks.filter(({ section }) => section === 'Issuer that does not exist');
    expect(outage.map(({ got }) => got)).toEqual(Array(3).fill('503 refused, Retry-After 5'));
  });

  it('says what it saw about each open question', () => {
    const answer = (question: string) => result.findings.find((one) => one.question === question)?.answer;
    expect(answer('Body format of introspection')).toMatch(/^json: read .*; form: read /);
    expect(answer('Property of the API that holds the public key')).toBe('verificationKey');
    expect(answer('Gateway response of a REST authorizer that throws')).toMatch(/^AUTHORIZER_FAILURE, status 500/);
    expect(answer('Form of an app specific password')).toMatch(/^16 letters/);
    expect(answer('Principal of a JWT')).toMatch(/ claim_azp; lacks .*claim_https_demo_api_roles/);
    expect(answer('Identity sources of a cached result')).toMatch(/^gatewayTtlSeconds is 0/);
  });

  it('leaves the tenant and the account as they were', async () => {
    expect(aws.tenant.snapshot()).toBe(before.tenant);
    expect(passwordsOf(aws)).toBe(before.passwords);
    expect(await inventoryOf(aws.account)).toEqual(before.account);
  });

  it('prints no secret', () => {
    expect(secrets.filter((secret) => ended.output.includes(secret))).toEqual([]);
  });

  function acceptance(args: readonly string[]): Promise<Ended> {
    const { account, tenant } = aws;
    const pairs = [
      `issuer=${tenant.issuer}`,
      'audience=https://demo.api',
      `managementSecret=${MANAGEMENT_SECRET}`,
      `passwordGrantSecret=${PASSWORD_GRANT_SECRET}`,
      'cacheTtlSeconds=3',
      'gatewayTtlSeconds=0',
      'rotationDays=0',
      'contextClaims=["azp","https://demo.api/roles"]',
    ];
    return run({
      file: process.execPath,
      args: ['--import', 'tsx', 'bin/acceptance.ts', ...args, ...pairs.flatMap((pair) => ['-c', pair])],
      environment: {
        PATH: process.env.PATH ?? '',
        HOME: home,
        TMPDIR: home,
        NODE_NO_WARNINGS: '1',
        CDK_DISABLE_CLI_TELEMETRY: 'true',
        AWS_ENDPOINT_URL: account.url,
        AWS_ACCESS_KEY_ID: account.id,
        AWS_SECRET_ACCESS_KEY: 'test',
        AWS_REGION: account.region,
      },
      directory: PROJECT_DIRECTORY,
    });
  }
});

function passwordsOf({ tenant }: AwsForTest): number {
  return tenant.state.applicationPasswords.size;
}
