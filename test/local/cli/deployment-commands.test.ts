/** `asp revoke-key` and `asp check-well-known` as processes: what they print, and their exit codes. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(
  command: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const env = { PATH: process.env.PATH ?? '', NODE_NO_WARNINGS: '1', ...environment };
  const child = spawn(process.execPath, ['--import', 'tsx', 'bin/asp.ts', command, ...args], { env });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
}

async function serve(body: string): Promise<string> {
  const server = createServer((_request, response) => response.end(body));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

describe.each(['revoke-key', 'check-well-known'])('asp %s', (command) => {
  it('prints help', async () => {
    const { code, stdout, stderr } = await run(command, ['--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(`Usage: asp ${command}`);
  });

  it('exits with 2 for a wrong command line, and does not repeat it', async () => {
    const { code, stdout, stderr } = await run(command, ['--pasted-secret-CANARY']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('See --help');
    expect(stderr).not.toContain('CANARY');
  });
});

describe('asp revoke-key', () => {
  it('exits with 1 and reports why if the response of AWS is wrong', async () => {
    const credentials = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'CANARY', AWS_REGION: 'eu-west-1' };
    const endpoint = await serve('{}');
    const { code, stdout, stderr } = await run('revoke-key', [], { ...credentials, AWS_ENDPOINT_URL: endpoint });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/The stack Auth0Authorizer .*AWS_PROFILE and AWS_REGION/);
    expect(stderr).not.toContain('CANARY');
  });
});

describe('asp check-well-known', () => {
  it('exits with 0 if our keys are served, and with 1 if others are', async () => {
    const keys = (kid: string) => JSON.stringify({ keys: [{ kty: 'RSA', kid, n: 'n', e: 'AQAB' }] });
    const [ours, same, other] = await Promise.all([serve(keys('a')), serve(keys('a')), serve(keys('b'))]);
    const check = (audience: string) => run('check-well-known', ['--audience', audience, '--jwks-url', ours]);
    expect(await check(same)).toMatchObject({ code: 0, stdout: expect.stringContaining('serves our keys.') });
    expect(await check(other)).toMatchObject({ code: 1, stdout: expect.stringContaining('It lacks our key "a".') });
  });
});

describe('asp', () => {
  it('loads the AWS SDK only in commands that use it', async () => {
    const environment = { AWS_ENDPOINT_URL: await serve('{}'), AWS_REGION: 'eu-west-1' };
    const list = ['list', '--user', 'auth0|1234', '--issuer', 'https://tenant.example/'];
    expect(await loadedPackages(list, {})).not.toContain('@aws-sdk');
    expect(await loadedPackages(['revoke-key'], environment)).toContain('@aws-sdk');
  });
});

/** The scopes of all packages that a run of `asp` loads, from Node's own record of coverage. */
async function loadedPackages([command = '', ...args]: readonly string[], environment: Record<string, string>) {
  const directory = mkdtempSync(join(tmpdir(), 'coverage-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  await run(command, args, { ...environment, NODE_V8_COVERAGE: directory });
  const reports = readdirSync(directory).map((file) => readFileSync(join(directory, file), 'utf8'));
  return reports.flatMap((report) => [...report.matchAll(/node_modules\/(@[\w-]+)\//g)].map(([, scope]) => scope));
}
