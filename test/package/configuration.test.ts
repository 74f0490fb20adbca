/** Runs `cdk deploy` with invalid configurations: it reports every fault at once and sends AWS no request. */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCdk } from '../../local/deployment/cdk-command.ts';

const GOOD = {
  issuer: 'https://tenant.auth0.com/',
  audience: 'https://demo.api',
  managementSecret: 'auth0/management',
};
const WRONG = {
  issuer: 'http://tenant.auth0.com/',
  audience: 'with a space',
  audiences: 'https://old.api',
  basicTokenUsers: 'token',
  dpop: 'perhaps',
  mtls: 'perhaps',
  publicUrl: 'api.example',
  allowedOrganizations: 'org_1',
  contextClaims: 'roles',
  resourceMetadata: 'perhaps',
  principalToken: 'perhaps',
  principalTokenAudience: 'with a space',
  appPasswords: 'perhaps',
  appPasswordsSecret: '',
  appPasswordsClientId: '',
  appPasswordClients: 'client',
  maxAuthAgeSeconds: '1',
  authTimeClaim: 'two words',
  scopeDescriptions: 'Read foos',
  appPasswordsOrigins: 'https://app.example/path',
  appPasswordsEventBus: 'my bus',
  appPasswordsOnDestroy: 'perhaps',
  managementSecret: '',
  managementDomain: 'tenant',
  passwordGrantSecret: '',
  keyDelivery: 'post',
  keyFormat: 'paper',
  rotationDays: '-1',
  basicOrder: 'any',
  basicChallenge: 'perhaps',
  grantClientId: '',
  createResourceServer: 'yes',
  removeCreated: 'no',
  routes: '{"FETCH foo":[]}',
  permissionsAsScopes: '1',
  introspectJwts: 'no',
  backendUrl: 'http://backend.example/',
  gatewayTtlSeconds: '4000',
  cacheTtlSeconds: '1.5',
  negativeTtlSeconds: '-1',
  staleIfErrorSeconds: 'long',
  uncachedScopes: 'read:foo',
  kmsKeyArn: 'my-key',
  issuers: 'https://tenant.auth0.com/',
  logSubject: 'perhaps',
  accessLog: 'perhaps',
  jwksCacheSeconds: '-1',
  replaceKey: 'perhaps',
  ipRateLimit: '9',
  stackPrefix: '9lives',
  alarmTopicArn: 'my-topic',
  refresh: 'two words',
  catchAll: 'perhaps',
  corsAllowOrigins: 'example.com',
  corsAllowHeaders: 'Authorization',
  throttleRate: '0',
  throttleBurst: '0',
  jwksThrottleRate: '0',
  jwksThrottleBurst: '0',
  logRetentionDays: '2',
  encryptLogs: 'perhaps',
  tracing: 'perhaps',
  viewerAddressHeader: 'X-Forwarded-For',
  originSecret: 'two words',
  sharedCache: 'perhaps',
  revokeJwts: 'perhaps',
  revocationSeconds: '0',
  maxJwtLifetimeSeconds: '59',
  logEventBus: 'my bus',
  memorySize: '100',
  provisionedConcurrency: '-1',
  architecture: 'mips',
  colour: 'blue',
};

describe('cdk deploy with an invalid configuration', () => {
  const requests: string[] = [];
  let endpoint: Server;
  let home: string;

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'configuration-test-'));
    endpoint = createServer((request, response) => {
      requests.push(request.url ?? '');
      response.writeHead(500).end();
    });
    await new Promise<void>((resolve) => endpoint.listen(0, '127.0.0.1', resolve));
  });

  afterAll(async () => {
    endpoint.close();
    await rm(home, { recursive: true, force: true });
  });

  async function deploy(context: Readonly<Record<string, string>>) {
    const address = endpoint.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const account = { url: `http://127.0.0.1:${port}`, id: '000000000000', region: 'us-east-1' };
    const pairs = Object.entries(context).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
    return runCdk(['deploy', '--all', '--output', join(home, 'assembly'), ...pairs], { account, home });
  }

  it('names each key that is invalid or unknown, with what it got and what it expected', async () => {
    const { exitCode, output } = await deploy(WRONG);
    expect(exitCode).toBe(1);
    for (const key of Object.keys(WRONG)) expect(output).toMatch(new RegExp(`^ +${key}(\\.|:)`, 'm'));
    const known = /expected one of ([\w, ]+)/.exec(output)?.[1]?.split(', ') ?? [];
    expect(Object.keys(WRONG)).toEqual(expect.arrayContaining(known));
    expect(output).toMatch(/^The configuration has \d+ faults:$/m);
    expect(requests).toEqual([]);
  });

  it('names each key that is missing', async () => {
    const { exitCode, output } = await deploy({});
    expect(exitCode).toBe(1);
    for (const key of Object.keys(GOOD)) expect(output).toContain(`  ${key}: missing, and it has no default`);
    expect(requests).toEqual([]);
  });

  it('refuses an http URL whose host is not loopback', async () => {
    const { exitCode, output } = await deploy({ ...GOOD, issuer: 'http://tenant.auth0.com/' });
    expect(exitCode).toBe(1);
    expect(output).toContain('  issuer: got "http://tenant.auth0.com/"; expected an https URL');
    expect(requests).toEqual([]);
  });
});
