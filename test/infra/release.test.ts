/** The CloudFormation template of a release, and the files beside it. */
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROJECT } from '../../build/paths.ts';
import { makeRelease, TEMPLATE } from '../../build/release/make-release.ts';
import { parseAuthorizerConfiguration } from '../../src/config/authorizer-configuration.ts';
import { parseConfiguration } from '../../src/config/configuration.ts';
import { REQUIRED } from '../support/infra/synthesize.ts';

type Part = string | Readonly<Record<string, unknown>>;

const VALUES: Readonly<Record<string, string>> = {
  Issuer: 'https://tenant.auth0.com/',
  Audience: 'https://my.api',
  Routes: '{"GET /orders":["read:orders"]}',
  BasicOrder: 'password-first',
  PermissionsAsScopes: 'true',
  CacheTtlSeconds: '60',
  NegativeTtlSeconds: '5',
  PasswordGrantSecret: 'auth0/password',
};

/** Resolves a part of the configuration as CloudFormation does. */
function resolve(part: Part, hasPasswordSecret: boolean): string {
  if (typeof part === 'string') return part;
  if (typeof part.Ref === 'string') return VALUES[part.Ref] ?? part.Ref;
  if (Array.isArray(part['Fn::Join'])) return part['Fn::Join'][1].map((each: Part) => resolve(each, true)).join('');
  if (Array.isArray(part['Fn::If'])) return resolve(part['Fn::If'][hasPasswordSecret ? 1 : 2], hasPasswordSecret);
  return 'known-when-deployed';
}

describe('the release', () => {
  let folder: string;
  let text: string;
  let names: readonly string[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'release-'));
    names = await makeRelease(join(folder, 'first'));
    text = await readFile(join(folder, 'first', TEMPLATE), 'utf8');
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('has the same bytes each time it is made', async () => {
    await makeRelease(join(folder, 'second'));
    expect((await readdir(join(folder, 'second'))).sort()).toEqual([...names].sort());
    for (const name of names) {
      const [first, second] = await Promise.all(['first', 'second'].map((each) => readFile(join(folder, each, name))));
      expect(first?.equals(second ?? Buffer.of()), name).toBe(true);
    }
  });

  it('has no path of the machine that made it, and needs no bootstrapped account', () => {
    expect(text).not.toContain(PROJECT);
    expect(text).not.toContain(tmpdir());
    expect(text).not.toMatch(/Bootstrap|cdk-hnb659fds|aws:cdk/);
  });

  it('can be deployed from the file itself: CloudFormation accepts 51,200 bytes without a bucket', () => {
    expect(Buffer.byteLength(text)).toBeLessThan(51_200);
  });

  it('contains the code of each function that the template names, readable by all, with its checksum', async () => {
    const used = [...text.matchAll(/"([0-9a-f]{64}\.zip)"/g)].map(([, name = '']) => name);
    const zips = names.filter((name) => name.endsWith('.zip'));
    expect([...new Set(used)].sort()).toEqual([...zips].sort());
    const sums = await readFile(join(folder, 'first/SHA256SUMS'), 'utf8');
    for (const name of [...zips, TEMPLATE]) {
      const content = await readFile(join(folder, 'first', name));
      expect(sums).toContain(`${createHash('sha256').update(content).digest('hex')}  ${name}\n`);
    }
    for (const name of zips) {
      const files = Object.keys(unzipSync(await readFile(join(folder, 'first', name)))).sort();
      expect([['index.js'], ['index.js', 'provisioned.mjs']]).toContainEqual(files);
    }
  });

  it.each([
    [true, 'auth0/password'],
    [false, undefined],
  ])('gives the function a configuration that it can parse (password secret: %s)', (has, passwordGrantSecret) => {
    const { Resources } = JSON.parse(text);
    const [decide] = Object.entries<{ Type: string; Properties: { Environment: { Variables: { CONFIG: Part } } } }>(
      Resources,
    ).flatMap(([id, resource]) => (/^AuthorizerDecideFunction/.test(id) ? [resource] : []));
    const join = decide?.Properties.Environment.Variables.CONFIG as { 'Fn::Join': [string, Part[]] };
    const config = join['Fn::Join'][1].map((part) => resolve(part, has)).join('');
    expect(parseAuthorizerConfiguration(config)).toMatchObject({
      issuer: 'https://tenant.auth0.com/',
      audience: 'https://my.api',
      routes: { 'GET /orders': ['read:orders'] },
      basicOrder: 'password-first',
      permissionsAsScopes: true,
      cacheTtlSeconds: 60,
      negativeTtlSeconds: 5,
      signingKeySecret: 'known-when-deployed',
    });
    expect(parseAuthorizerConfiguration(config).passwordGrantSecret).toBe(passwordGrantSecret);
  });

  it.each([true, false])('lets the function read the signing key (password secret: %s)', (has) => {
    const { Resources } = JSON.parse(text);
    const [role] = Object.entries<{ Properties: { Policies: { PolicyDocument: { Statement: Part[] } }[] } }>(
      Resources,
    ).flatMap(([id, resource]) => (/^AuthorizerDecideRole/.test(id) ? [resource] : []));
    const statements = role?.Properties.Policies[0]?.PolicyDocument.Statement ?? [];
    const kept = (part: unknown): unknown => {
      const [, yes, no] = (part as { 'Fn::If'?: unknown[] })['Fn::If'] ?? [undefined, part, part];
      return has ? yes : no;
    };
    const readable = statements
      .map(kept)
      .flatMap((statement) => {
        const { Action, Resource } = statement as { Action?: unknown; Resource?: unknown };
        return Action === 'secretsmanager:GetSecretValue' ? [Resource].flat().map(kept) : [];
      })
      .map((arn) => JSON.stringify(arn));
    expect(readable.some((arn) => arn.includes('SigningKeySecret'))).toBe(true);
    expect(readable.some((arn) => arn.includes('PasswordGrantSecret'))).toBe(has);
  });

  it('names its parameters like the configuration keys, with the same defaults', () => {
    const { Parameters } = JSON.parse(text);
    const optional = {
      passwordGrantSecret: 'auth0/password',
      alarmTopicArn: 'arn:aws:sns:eu-west-1:111122223333:alarms',
    };
    const known: Readonly<Record<string, unknown>> = parseConfiguration({ ...REQUIRED, ...optional });
    const own = ['ApiId', 'AssetsBucket', 'AssetsPrefix', 'TenantUrl'];
    for (const [name, { Default }] of Object.entries<{ Default?: string | number }>(Parameters)) {
      if (own.includes(name)) continue;
      const key = `${name.charAt(0).toLowerCase()}${name.slice(1)}`;
      expect(known, name).toHaveProperty(key);
      if (Default !== undefined && Default !== '') expect(String(known[key]), name).toBe(String(Default));
    }
  });

  it('describes every parameter in the page about deployments without the CDK', async () => {
    const { Parameters, Outputs } = JSON.parse(text);
    const page = await readFile(join(PROJECT, 'docs/without-cdk.md'), 'utf8');
    for (const name of [...Object.keys(Parameters), ...Object.keys(Outputs)]) expect(page).toContain(`| \`${name}\` |`);
  });
});
