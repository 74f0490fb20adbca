/** `asp keygen`, `setup`, `teardown` and `keys` against the local tenant. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { IssuerError } from '../../../src/core/errors.ts';
import { generateSigningKey } from '../../../src/signing-key/generate-signing-key.ts';
import { importSigningKey, parseSigningJwk } from '../../../src/signing-key/signing-key.ts';
import { openReadyTenant, openTenant, signingJwk, type TenantForTest, takeScope } from '../../support/cli/tenant.ts';
import { DEMO_API } from '../../support/tenant/tenant.ts';

const KEY = ['--key', 'key.json'];
const KEY_LINE = `certificate, key ${signingJwk.kid}`;

async function openWithKey(): Promise<TenantForTest> {
  const opened = await openTenant();
  opened.write('key.json', JSON.stringify(signingJwk));
  opened.secrets.add(signingJwk.d);
  return opened;
}

const recordOf = ({ directory }: TenantForTest) => join(directory, '.asp/record.json');
const writes = ({ tenant }: TenantForTest) =>
  tenant.requests.filter(({ method, path }) => method !== 'GET' && path.startsWith('/api/v2/'));

describe('asp keygen', () => {
  it('writes a private key with mode 0600 into a directory that git ignores', async () => {
    const { asp, directory } = await openTenant();
    const { code, stdout } = await asp(['keygen']);
    const file = join(directory, '.asp/key.json');
    const jwk = parseSigningJwk(readFileSync(file, 'utf8'));
    expect(code).toBe(0);
    expect(stdout).toContain(`Created the key ${jwk.kid}.`);
    expect(stdout).not.toContain(jwk.d);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(join(directory, '.asp')).mode & 0o777).toBe(0o700);
    expect(readFileSync(join(directory, '.asp/.gitignore'), 'utf8')).toBe('*\n');
  });

  it('prints only the public key for programs', async () => {
    const { asp, directory } = await openTenant();
    const { stdout } = await asp(['keygen', '--json', '--key', 'k.json']);
    const { kid, n, x5c } = parseSigningJwk(readFileSync(join(directory, 'k.json'), 'utf8'));
    expect(JSON.parse(stdout)).toEqual({
      kid,
      file: join(directory, 'k.json'),
      jwks: { keys: [{ kty: 'RSA', kid, alg: 'RS256', use: 'sig', n, e: 'AQAB', x5c }] },
    });
  });

  it('does not overwrite a key', async () => {
    const { asp, write, directory } = await openTenant();
    write('k.json', 'in use');
    const { code, stderr } = await asp(['keygen', '--key', 'k.json']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/There is already a key at .*k\.json, .*Move it away/);
    expect(readFileSync(join(directory, 'k.json'), 'utf8')).toBe('in use');
  });

  it('creates nothing with --dry-run', async () => {
    const { asp, directory } = await openTenant();
    expect((await asp(['keygen', '--dry-run'])).stderr).toMatch(
      /^Would create a key pair and write it to .* mode 0600/,
    );
    const { stdout } = await asp(['keygen', '--dry-run', '--json']);
    expect(JSON.parse(stdout)).toEqual({ kid: null, file: join(directory, '.asp/key.json'), jwks: null });
    expect(existsSync(join(directory, '.asp'))).toBe(false);
  });
});

describe('asp setup', () => {
  it('shows the difference with --dry-run, and changes nothing', async () => {
    const opened = await openWithKey();
    const before = opened.tenant.snapshot();
    const { code, stdout } = await opened.asp(['setup', '--dry-run', ...KEY]);
    expect(code).toBe(0);
    expect(stdout).toBe(
      [
        'resource server https://demo.api, verificationKey',
        `  + ${KEY_LINE}`,
        `client grant of local-management-client for ${opened.tenant.issuer}api/v2/, scope`,
        '  + read:user_application_passwords',
        '  + create:user_application_passwords',
        '  + delete:user_application_passwords',
        'Nothing was changed: this was a dry run.',
        '',
      ].join('\n'),
    );
    expect(writes(opened)).toEqual([]);
    expect(opened.tenant.snapshot()).toBe(before);
    expect(existsSync(recordOf(opened))).toBe(false);
  });

  it('changes exactly what --dry-run shows, and nothing a second time', async () => {
    const opened = await openWithKey();
    const planned = (await opened.asp(['setup', '--dry-run', ...KEY])).stdout.replace(/Nothing was.*\n/, '');
    const { stdout } = await opened.asp(['setup', ...KEY]);
    expect(stdout).toBe(planned);
    expect((await opened.asp(['setup', ...KEY])).stdout).toBe('Nothing has to change.\n');
    expect(writes(opened).map(({ method }) => method)).toEqual(['PATCH', 'PATCH']);
    expect(statSync(recordOf(opened)).mode & 0o777).toBe(0o644);
  });

  it.each(['auto', 'verificationKey', 'verificationKeys', 'verificationLocation', 'wellKnown'])(
    'is undone exactly by teardown, for keyDelivery %s',
    async (delivery) => {
      const opened = await openWithKey();
      const before = opened.tenant.snapshot();
      const options = ['--key-delivery', delivery, '--jwks-url', 'https://keys.example/jwks.json'];
      expect((await opened.asp(['setup', ...KEY, ...options])).code).toBe(0);
      expect(opened.tenant.snapshot()).not.toBe(before);
      expect((await opened.asp(['teardown'])).code).toBe(0);
      expect(opened.tenant.snapshot()).toBe(before);
      expect(existsSync(recordOf(opened))).toBe(false);
    },
  );

  it('proves a key that the tenant does not show by an introspection', async () => {
    const opened = await openWithKey();
    const before = opened.tenant.snapshot();
    opened.tenant.faults.add({ kind: 'edit', remove: ['verificationKey'], method: 'GET' });
    const { code, stderr } = await opened.asp(['setup', ...KEY]);
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /^Warning: The tenant accepted our key in "verificationKey" but does not show it\. An introspection/m,
    );
    expect((await opened.asp(['teardown'])).code).toBe(0);
    expect(opened.tenant.snapshot()).toBe(before);
  });

  it('creates the resource server with --create, and teardown deletes it with --remove-created', async () => {
    const opened = await openWithKey();
    const before = opened.tenant.snapshot();
    const mine = ['--audience', 'https://my.api'];
    const refused = await opened.asp(['setup', ...KEY, ...mine]);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(
      /no resource server with the identifier "https:\/\/my\.api"; it has \d+ others, and none is similar\./,
    );
    expect((await opened.asp(['setup', '--create', ...KEY, ...mine])).stdout).toMatch(
      /^resource server https:\/\/my\.api\n {2}\+ /,
    );
    expect((await opened.asp(['teardown', '--dry-run', '--remove-created', ...mine])).stdout).toContain(
      '  - resource server',
    );
    await opened.asp(['teardown', '--remove-created', ...mine]);
    expect(opened.tenant.snapshot()).toBe(before);
  });

  it('shows the changes before an error, and how to continue or go back', async () => {
    const opened = await openWithKey();
    const before = opened.tenant.snapshot();
    takeScope(opened.tenant, 'update:client_grants');
    const taken = opened.tenant.snapshot();
    const { code, stderr } = await opened.asp(['setup', ...KEY]);
    expect(code).toBe(1);
    expect(stderr).toContain(
      `  + ${KEY_LINE}\nThese changes were made before the error. ${recordOf(opened)} records the previous state.`,
    );
    expect(stderr).toMatch(/lacks a scope for PATCH .* expected update:client_grants/);
    await opened.asp(['teardown']);
    expect(opened.tenant.snapshot()).toBe(taken);
    expect(taken).not.toBe(before);
  });

  it('separates the records of two APIs', async () => {
    const opened = await openWithKey();
    const before = opened.tenant.snapshot();
    await opened.asp(['setup', ...KEY]);
    await opened.asp(['setup', ...KEY, '--audience', 'https://demo.api/']);
    const wrong = await opened.asp(['teardown', '--audience', 'https://other.api', '--grant-client-id', 'other']);
    expect(wrong).toMatchObject({ code: 0, stdout: 'Nothing has to change.\n' });
    expect(wrong.stderr).toMatch(
      /holds no record of this API and client\. It holds records of: resource server https:\/\/demo\.api of/,
    );
    await opened.asp(['teardown']);
    await opened.asp(['teardown', '--audience', 'https://demo.api/']);
    expect(opened.tenant.snapshot()).toBe(before);
  });

  it('overwrites a key that another deployment may use only with --replace-key', async () => {
    const opened = await openWithKey();
    await opened.asp(['setup', ...KEY]);
    const before = opened.tenant.snapshot();
    await opened.asp(['keygen', '--key', 'other.json']);
    const other = ['setup', '--key', 'other.json', '--record', 'other-record.json'];
    for (const more of [['--dry-run'], []]) {
      const { code, stderr } = await opened.asp([...other, ...more]);
      expect(stderr).toMatch(new RegExp(`holds the key ${signingJwk.kid}, .*With asp, use setup --replace-key`));
      expect(code).toBe(1);
    }
    expect(opened.tenant.snapshot()).toBe(before);
    expect((await opened.asp([...other, '--replace-key'])).stdout).toContain(`  - ${KEY_LINE}`);
    await opened.asp(['teardown', '--record', 'other-record.json']);
    expect(opened.tenant.snapshot()).toBe(before);
  });

  it('warns of a tenant without the feature, and succeeds', async () => {
    const opened = await openWithKey();
    opened.tenant.behaviour.hasApplicationPasswords = false;
    const { code, stdout, stderr } = await opened.asp(['setup', ...KEY]);
    expect(stdout).toContain(`  + ${KEY_LINE}`);
    expect(stderr).toMatch(/^Warning: App specific passwords are not enabled for this tenant: /m);
    expect(stderr).toMatch(/^Warning: Introspection is not enabled: .*responded with 404/m);
    expect(code).toBe(0);
  });

  it('warns of a tenant that does not authenticate its callers, with a code for programs', async () => {
    const opened = await openWithKey();
    opened.tenant.behaviour.checksAssertions = false;
    const { stdout } = await opened.asp(['setup', '--json', ...KEY]);
    expect(JSON.parse(stdout).warnings).toEqual([
      { code: 'assertion_unchecked', message: expect.stringMatching(/signed by a throw-away key/) },
    ]);
  });

  it('prints the changes for programs', async () => {
    const opened = await openWithKey();
    const { stdout } = await opened.asp(['setup', '--json', ...KEY]);
    expect(JSON.parse(stdout)).toEqual({
      dryRun: false,
      changes: [
        {
          target: `resource server ${DEMO_API}`,
          property: 'verificationKey',
          before: null,
          after: expect.stringMatching(/^-----BEGIN CERTIFICATE-----\n/),
        },
        {
          target: expect.stringMatching(/^client grant of /),
          property: 'scope',
          before: expect.any(Array),
          after: expect.any(Array),
        },
      ],
      warnings: [],
      record: recordOf(opened),
    });
  });

  it.each<[string, readonly string[], number, RegExp]>([
    ['an invalid key delivery', [...KEY, '--key-delivery', 'mail'], 2, /keyDelivery: got "mail"; expected "auto"/],
    [
      'a verificationLocation without a URL',
      [...KEY, '--key-delivery', 'verificationLocation'],
      2,
      /needs the URL of the JWKS/,
    ],
    ['a missing key', [], 1, /There is no signing key at/],
    [
      'an invalid record',
      [...KEY, '--record', 'key-of-none.json'],
      1,
      /The record of the tenant's earlier state in .* is not a JSON object/,
    ],
  ])('refuses %s before it changes the tenant', async (_, args, expected, message) => {
    const opened = await openWithKey();
    opened.write('key-of-none.json', 'null');
    const { code, stderr } = await opened.asp(['setup', ...args]);
    expect(stderr).toMatch(message);
    expect(code).toBe(expected);
    expect(writes(opened)).toEqual([]);
  });
});

describe('asp keys', () => {
  it('compares key, tenant and JWKS, and shows that they agree', async () => {
    const { asp } = await openReadyTenant();
    const { code, stdout } = await asp(['keys', ...KEY]);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      new RegExp(`^KEY {2,}SIGNS {2,}TENANT {2,}JWKS\n${signingJwk.kid} {2}current {2}verificationKey {2}-\n`),
    );
  });

  it.each(['jwk', 'certificate'])('recognizes a key in the form %s, as a single value or in a list', async (format) => {
    const { asp } = await openReadyTenant();
    for (const delivery of ['verificationKey', 'verificationKeys']) {
      await asp(['setup', ...KEY, '--key-format', format, '--key-delivery', delivery]);
      const { stdout } = await asp(['keys', ...KEY, '--json']);
      expect(JSON.parse(stdout)).toMatchObject({
        agree: true,
        keys: [{ thumbprint: signingJwk.kid, signing: 'current', tenant: [delivery], jwks: false }],
      });
    }
  });

  it('shows that they do not agree, with exit code 1 and the fix', async () => {
    const { asp } = await openReadyTenant();
    await asp(['keygen', '--key', 'other.json']);
    const { code, stdout, stderr } = await asp(['keys', '--key', 'other.json']);
    expect(code).toBe(1);
    expect(stdout).toMatch(new RegExp(`${signingJwk.kid} {2}- {2,}verificationKey {2}-`));
    expect(stderr).toMatch(/^They do not agree: .*"asp setup --dry-run" shows how to fix it/);
  });

  it('fetches the JWKS that the tenant names, and reports why it cannot', async () => {
    const { asp, tenant } = await openReadyTenant();
    const url = `${tenant.issuer}.well-known/jwks.json`;
    await asp(['setup', ...KEY, '--key-delivery', 'verificationLocation', '--jwks-url', url]);
    const other = JSON.parse((await asp(['keys', ...KEY, '--json'])).stdout);
    // The tenant has a key for RS256 and one for PS256.
    const thumbprints = [expect.any(String), expect.any(String)];
    expect(other).toMatchObject({ agree: false, jwks: { url, problem: null, thumbprints } });
    await asp(['setup', ...KEY, '--key-delivery', 'verificationLocation', '--jwks-url', `${tenant.issuer}nowhere`]);
    expect((await asp(['keys', ...KEY])).stdout).toContain('nowhere: The response is 404, expected 200.');
  });

  it('finds the key of a deployment from its stack outputs, and reports what is needed to read it', async () => {
    const { asp, write } = await openReadyTenant();
    const secretArn = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:SigningKey-AbCdEf';
    const asked: string[] = [];
    const readSecretKeys = async (secretId: string) => {
      asked.push(secretId);
      return [importSigningKey(signingJwk)] as const;
    };
    write('cdk-outputs.json', JSON.stringify({ KeyStack: { SigningKeySecretArn: secretArn }, ApiStack: {} }));
    expect((await asp(['keys'], { ports: { readSecretKeys } })).code).toBe(0);
    expect(asked).toEqual([secretArn]);
    expect((await asp(['keys', ...KEY], { ports: { readSecretKeys } })).stdout).toContain('SIGNS   key.json');
    const refuse = async () => {
      throw new IssuerError('issuer_unavailable', 'AccessDenied');
    };
    const { code, stderr } = await asp(['keys'], { ports: { readSecretKeys: refuse } });
    expect(stderr).toMatch(
      /^The secret arn:.* cannot be read\. Expected AWS credentials and a region .* You can also name a key file with --key\./,
    );
    expect(code).toBe(1);
  });

  it('shows the pending key of a rotation', async () => {
    const { asp } = await openReadyTenant();
    const pending = await generateSigningKey(0);
    const readSecretKeys = async () => [importSigningKey(signingJwk), importSigningKey(pending)] as const;
    const { stdout } = await asp(['keys', '--key-secret', 'signing-key'], { ports: { readSecretKeys } });
    expect(stdout).toMatch(new RegExp(`${signingJwk.kid} {2}current {2}verificationKey`));
    expect(stdout).toMatch(new RegExp(`${pending.kid} {2}pending {2}- `));
    expect(stdout).toContain('SIGNS   the secret signing-key');
  });
});
