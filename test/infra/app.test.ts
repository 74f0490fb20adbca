/** Runs the built application as the CDK command line does: in a process with the context in its environment. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { REQUIRED } from '../support/infra/synthesize.ts';

const OUT = mkdtempSync(join(tmpdir(), 'cdk-app-'));
afterAll(() => rmSync(OUT, { recursive: true, force: true }));

function run(context: Readonly<Record<string, unknown>>) {
  const outdir = mkdtempSync(join(OUT, 'run-'));
  const command = `umask 077; exec '${process.execPath}' dist/app.js`;
  const { status, stderr, stdout } = spawnSync('sh', ['-c', command], {
    encoding: 'utf8',
    env: {
      PATH: process.env.PATH,
      CDK_OUTDIR: outdir,
      CDK_CONTEXT_JSON: JSON.stringify({ ...context, '@aws-cdk/core:some': true }),
    },
  });
  const stacks = readdirSync(outdir).flatMap((name) => /^(.*)\.template\.json$/.exec(name)?.[1] ?? []);
  return {
    status,
    stderr,
    stdout,
    outdir,
    isSynthesized: existsSync(join(outdir, 'manifest.json')),
    stacks: stacks.sort(),
  };
}

describe('the application', () => {
  it('synthesizes both stacks', () => {
    const stacks = ['Auth0Authorizer', 'Auth0AuthorizerKey'];
    expect(run(REQUIRED)).toMatchObject({ status: 0, isSynthesized: true, stacks });
  });

  it('names both stacks by the prefix', () => {
    expect(run({ ...REQUIRED, stackPrefix: 'Dev-2' }).stacks).toEqual(['Dev-2', 'Dev-2Key']);
  });

  it('writes code that every user can read, as Lambda requires, whatever the umask is', () => {
    const { outdir } = run(REQUIRED);
    const code = readdirSync(outdir).flatMap((name) =>
      name.startsWith('asset.') ? [join(outdir, name, 'index.js')] : [],
    );
    const modes = code.map((file) => statSync(file).mode & 0o777);
    expect(modes.length).toBeGreaterThan(4);
    expect(new Set(modes)).toEqual(new Set([0o644]));
  });

  it('reports every fault in one message and synthesizes nothing', () => {
    const { status, stderr, stdout, isSynthesized } = run({
      issuer: 'http://tenant.auth0.com/',
      audiense: 'https://demo.api',
      managementSecret: 'auth0/management',
      gatewayTtlSeconds: '3601',
      routes: '{"GET foo": []}',
    });
    expect({ status, stdout, isSynthesized }).toEqual({ status: 1, stdout: '', isSynthesized: false });
    expect(stderr.split('\n')).toEqual([
      'The configuration has 5 faults:',
      expect.stringMatching(/^ {2}audiense: unknown; expected one of .*; the nearest is audience$/),
      expect.stringMatching(/^ {2}issuer: got "http:\/\/tenant.auth0.com\/"; expected an https URL that ends in "\/"/),
      '  audience: missing, and it has no default',
      expect.stringMatching(/^ {2}routes.GET foo: got "GET foo"; expected a method or ANY/),
      '  gatewayTtlSeconds: got 3601; expected whole seconds from 0 to 3600',
      '',
    ]);
  });

  it('reports a fault that a construct finds in one line, without a stack trace', () => {
    const issuers = Array.from({ length: 100 }, (_, index) => ({ issuer: `https://login-${index}.example.com/` }));
    const { status, stderr, isSynthesized } = run({ ...REQUIRED, issuers });
    expect({ status, isSynthesized }).toEqual({ status: 1, isSynthesized: false });
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});
