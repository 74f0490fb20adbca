/** What `asp` reports while the tenant is down, slow, rate limiting or malformed; and what it never shows. */
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { HttpPort } from '../../../src/core/http.ts';
import { createHttpsClient } from '../../../src/http/https-client.ts';
import { openReadyTenant, USER } from '../../support/cli/tenant.ts';

const client = createHttpsClient();
const LIST = ['list', '--user', USER];
const INTROSPECT = ['introspect', '--key', 'key.json', '-'];

describe('asp with a tenant in trouble', () => {
  it('reports in every command that the tenant is down', async () => {
    const { asp } = await openReadyTenant();
    const issuer = `http://127.0.0.1:${await freePort()}/`;
    for (const args of [LIST, ['setup', '--key', 'key.json'], ['keys', '--key', 'key.json']]) {
      const { code, stdout, stderr } = await asp([...args, '--issuer', issuer]);
      expect(stderr).toMatch(
        /POST \/oauth\/token to the tenant failed: got ECONNREFUSED\. Expected a JSON response; check the tenant's URL/,
      );
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    }
    const introspect = await asp([...INTROSPECT, '--issuer', issuer], { input: 'token' });
    expect(introspect).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('cannot be reached. Check the tenant'),
    });
  });

  it('waits for as long as a rate limit demands', async () => {
    const { asp, tenant, clock } = await openReadyTenant();
    tenant.faults.add({ kind: 'status', status: 429, retryAfterSeconds: 7, path: '/api/v2/users/', times: 1 });
    const before = clock.ms;
    expect(await asp(LIST)).toMatchObject({ code: 0 });
    expect(clock.ms - before).toBe(7000);
  });

  it('reports at once a rate limit that lasts longer than the time allowed', async () => {
    const { asp, tenant, clock } = await openReadyTenant();
    tenant.faults.add({ kind: 'status', status: 429, retryAfterSeconds: 60 });
    const before = clock.ms;
    const { code, stderr } = await asp([...LIST, '--timeout', '5']);
    expect(stderr).toMatch(/with 429 and asked to wait 60 s, which is longer than the time allowed/);
    expect(code).toBe(1);
    const introspect = await asp([...INTROSPECT, '--timeout', '5'], { input: 'token' });
    expect(introspect).toMatchObject({ code: 1, stderr: expect.stringMatching(/limits the rate .*Wait a little/) });
    expect(clock.ms).toBe(before);
  });

  it('waits for introspection as long as --timeout allows, and no longer', async () => {
    const { asp, tenant } = await openReadyTenant();
    const waits: number[] = [];
    const http: HttpPort = async (request) => {
      waits.push(request.timeoutMs);
      return client.send(request);
    };
    for (const seconds of ['2', '7', '60']) {
      await asp([...INTROSPECT, '--timeout', seconds], { input: tenant.mintOpaque(), ports: { http } });
    }
    expect(waits).toEqual([2000, 7000, 10_000]);
  });

  it('reports when the time is up that the tenant does not respond', async () => {
    const { asp, tenant } = await openReadyTenant();
    tenant.faults.add({ kind: 'hang', path: '/api/v2/' });
    const { code, stderr } = await asp([...LIST, '--timeout', '1']);
    expect(stderr).toMatch(/GET .* to the tenant failed: got no response within \d+ ms/);
    expect(code).toBe(1);
  });

  it.each([
    ['sends garbage', { kind: 'garbage' } as const],
    ['redirects', { kind: 'redirect', location: 'https://elsewhere.example/' } as const],
    ['sends an oversized body', { kind: 'huge' } as const],
  ])('does not trust a tenant that %s', async (_, fault) => {
    const { asp, tenant } = await openReadyTenant();
    tenant.faults.add(fault);
    const list = await asp(LIST);
    expect(list).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('check that the URL is that of the tenant'),
    });
    const introspect = await asp(INTROSPECT, { input: 'token' });
    expect(introspect).toMatchObject({ code: 1, stdout: '' });
  });
});

describe('asp and secrets', () => {
  it('shows no secret in any command, whatever goes wrong, with --verbose and --json', async () => {
    const { asp, tenant, secrets, write } = await openReadyTenant();
    const canary = 'CANARYcanaryCANA';
    secrets.add(canary);
    write('leaky.json', JSON.stringify({ kty: 'RSA', d: canary, alg: canary }));
    write('leaky.env', `AUTH0_CLIENT_SECRET=${canary}\n`);
    const environment = { AUTH0_CLIENT_SECRET: canary };
    const commands = [
      LIST,
      ['create', '--user', USER, '--label', 'x', '--scope', 'read:foo'],
      ['delete', 'asp_x', '--user', USER, '--yes'],
      ['setup', '--key', 'key.json'],
      ['teardown'],
      ['keys', '--key', 'key.json'],
      ['doctor', '--key', 'key.json'],
      ['introspect', '--key', 'key.json', '--explain', canary],
      ['introspect', '--key', 'leaky.json', '-'],
      ['keys', '--key', 'leaky.json'],
      ['list', '--user', USER, canary],
      [canary],
      ['list', `--client-secret=${canary}`],
      ['list', '--user', USER, `--${canary.toLowerCase()}-token`, canary],
    ];
    for (const args of commands) {
      for (const more of [['--verbose'], ['--json']]) {
        await asp([...args, ...more], { environment, input: canary });
        await asp([...args, ...more, '--dotenv', 'leaky.env'], {
          environment: { AUTH0_CLIENT_SECRET: '' },
          input: canary,
        });
      }
    }
    // The tenant's own message is shown, but without the secret that was sent.
    tenant.faults.add({
      kind: 'status',
      status: 400,
      body: { message: `You sent local-management-secret`, error: canary },
      path: '/api/v2/',
    });
    const { stderr } = await asp(LIST);
    expect(stderr).toContain('400: You sent [secret]');
  });

  it('shows each setting and its source with --verbose, but no secret', async () => {
    const { asp, write, secrets } = await openReadyTenant();
    secrets.add('secret-of-the-file');
    write('.env', 'AUTH0_CLIENT_SECRET=secret-of-the-file\nASP_API_URL=https://env.example/\nASP_TIMEOUT=9\n');
    write(
      'cdk-outputs.json',
      JSON.stringify({ ApiStack: { ApiUrl: 'https://outputs.example/', JwksUrl: 'https://outputs.example/jwks' } }),
    );
    write('cdk.json', JSON.stringify({ context: { audience: 'https://cdk.example', keyFormat: 'jwk' } }));
    const { stderr } = await asp([...LIST, '--verbose', '--timeout', '8'], {
      environment: { AUTH0_CLIENT_SECRET: '' },
    });
    const rows = stderr.split('\n').map((line) => line.trim().split(/ {2,}/));
    expect(rows).toEqual(
      expect.arrayContaining([
        ['clientSecret', '(hidden)', '.env: AUTH0_CLIENT_SECRET'],
        ['audience', 'https://demo.api', 'environment: AUTH0_AUDIENCE'],
        ['keyFormat', 'jwk', 'cdk.json: keyFormat'],
        ['jwksUrl', 'https://outputs.example/jwks', 'cdk-outputs.json: JwksUrl'],
        ['apiUrl', 'https://env.example/', '.env: ASP_API_URL'],
        ['record', '.asp/record.json', 'default'],
        ['timeout', '8', '--timeout'],
      ]),
    );
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}
