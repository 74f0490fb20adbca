import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseArguments } from '../../../src/cli/arguments.ts';
import { GENERAL_OPTIONS, MANAGEMENT_OPTIONS } from '../../../src/cli/options.ts';
import { deploymentConfiguration, openSources, stackOutputs } from '../../../src/cli/setting-sources.ts';
import { Settings } from '../../../src/cli/settings.ts';
import { issuerUrl, managementUrl } from '../../../src/cli/tenant-url.ts';

interface Given {
  readonly args?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
}

function open({ args = [], environment = {}, files = {} }: Given): Settings {
  const directory = mkdtempSync(join(tmpdir(), 'settings-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  for (const [file, text] of Object.entries(files)) writeFileSync(join(directory, file), text);
  const options = { ...MANAGEMENT_OPTIONS, ...GENERAL_OPTIONS, key: { type: 'string', summary: '' } as const };
  return new Settings(openSources(parseArguments(args, options, 0), environment, directory));
}

const CDK = JSON.stringify({ context: { issuer: 'https://cdk/', managementDomain: 'https://cdk.example/' } });
const OUTPUTS = JSON.stringify({ Key: { SigningKeySecretArn: 'arn:of-outputs' }, Api: { ApiUrl: 'https://outputs/' } });

describe('a setting', () => {
  it('comes from the first source that has it: option, environment, .env, outputs, cdk.json', () => {
    const files = {
      '.env': 'AUTH0_DOMAIN=dot.env\nASP_API_URL=https://dot.env/',
      'cdk-outputs.json': OUTPUTS,
      'cdk.json': CDK,
    };
    const environment = { AUTH0_DOMAIN: 'environment' };
    expect(open({ args: ['--issuer', 'option'], environment, files }).get('issuer')).toBe('option');
    expect(open({ environment, files }).get('issuer')).toBe('environment');
    expect(open({ files }).get('issuer')).toBe('dot.env');
    expect(open({ files }).get('apiUrl')).toBe('https://dot.env/');
    expect(open({ files: { ...files, '.env': '' } }).get('apiUrl')).toBe('https://outputs/');
    expect(open({ files: { ...files, '.env': '' } }).get('issuer')).toBe('https://cdk/');
    expect(open({}).get('keyDelivery')).toBe('auto');
  });

  it('counts as absent if it is empty', () => {
    const files = { '.env': 'AUTH0_DOMAIN=dot.env' };
    expect(open({ args: ['--issuer', ''], environment: { AUTH0_DOMAIN: '' }, files }).get('issuer')).toBe('dot.env');
  });

  it('is never read from a file that cannot hold it, such as a secret from cdk.json', () => {
    const settings = open({
      files: { 'cdk.json': '{"":"x"}', 'cdk-outputs.json': '{"A":{"":"x","constructor":"y"}}' },
    });
    expect(settings.get('clientSecret')).toBeUndefined();
  });

  it('is reported with every way to give it if it is missing', () => {
    expect(() => open({}).require('issuer')).toThrow(
      'The setting "issuer" is missing. Give it as --issuer, or as AUTH0_DOMAIN in the environment or .env, or as "issuer" in cdk.json.',
    );
  });

  it('is masked and not an option if it is secret', () => {
    const settings = open({ environment: { AUTH0_CLIENT_SECRET: 'hunter2' } });
    expect(settings.get('clientSecret')).toBe('hunter2');
    expect(JSON.stringify(settings.shown())).not.toContain('hunter2');
    expect(() => open({ args: ['--client-secret', 'hunter2'] })).toThrow(/^There is no option --client-secret/);
  });

  it.each([
    ['AUTH0_DOMAIN', 'https://user:hunter2@tenant.example/', 'https://(hidden)@tenant.example/'],
    ['ASP_KEY_FILE', '{"kty":"RSA","d":"hunter2"}', '(hidden)'],
    ['ASP_KEY_FILE', '-----BEGIN PRIVATE KEY-----\nhunter2', '(hidden)'],
    ['ASP_API_URL', 'https://api.example/a@b', 'https://api.example/a@b'],
  ])('is shown from %s without a secret', (variable, value, shown) => {
    const settings = open({ environment: { [variable]: value } });
    expect(settings.shown().find(({ source }) => source.endsWith(variable))?.value).toBe(shown);
  });

  it('names the key file or the secret, whichever source has priority', () => {
    const files = { 'cdk-outputs.json': OUTPUTS };
    expect(open({ args: ['--key', 'k.json'], files }).preferred('key', 'keySecret')).toBe('key');
    expect(open({ files }).preferred('key', 'keySecret')).toBe('keySecret');
    expect(open({}).preferred('key', 'keySecret')).toBeUndefined();
  });
});

describe('a file of settings', () => {
  it('is required if it is named, and optional otherwise', () => {
    expect(() => open({ args: ['--dotenv', 'nope.env'] })).toThrow('The file nope.env cannot be read: ENOENT.');
    expect(open({ args: [] }).get('issuer')).toBeUndefined();
  });

  it.each(['[]', 'null', '{"Stack":1}', 'text'])('is refused with the outputs %s', (text) => {
    expect(() => stackOutputs(text, 'o.json')).toThrow('The file o.json does not hold stack outputs.');
  });

  it('may contain the outputs of several stacks, but of only one deployment', () => {
    expect(stackOutputs(OUTPUTS, 'o.json')).toEqual({
      SigningKeySecretArn: 'arn:of-outputs',
      ApiUrl: 'https://outputs/',
    });
    const two = JSON.stringify({ A: { ApiUrl: 'https://a/' }, B: { ApiUrl: 'https://b/' } });
    expect(() => stackOutputs(two, 'o.json')).toThrow('holds two deployments: it has two outputs ApiUrl');
  });

  it('may be a cdk.json or contain the keys directly', () => {
    expect(deploymentConfiguration('{"context":{"a":1}}', 'f')).toEqual({ a: 1 });
    expect(deploymentConfiguration('{"a":1}', 'f')).toEqual({ a: 1 });
    expect(() => deploymentConfiguration('[]', 'f')).toThrow('The file f is not a JSON object.');
  });

  it('causes only a usage error, for any content', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        for (const read of [stackOutputs, deploymentConfiguration]) {
          try {
            expect(read(text, 'f')).toBeTypeOf('object');
          } catch (error) {
            expect(error).toMatchObject({ code: 'usage' });
          }
        }
      }),
    );
  });
});

describe('the URL of a tenant', () => {
  const of = (issuer: string, domain?: string) =>
    open({ environment: { AUTH0_DOMAIN: issuer, ...(domain !== undefined && { AUTH0_MANAGEMENT_DOMAIN: domain }) } });

  it.each([
    ['tenant.eu.auth0.com', 'https://tenant.eu.auth0.com/'],
    ['https://tenant.auth0.com', 'https://tenant.auth0.com/'],
    ['https://login.example/path', 'https://login.example/path/'],
    ['http://127.0.0.1:3001/', 'http://127.0.0.1:3001/'],
    ['http://localhost:3001', 'http://localhost:3001/'],
  ])('is accepted as %s', (text, url) => {
    expect(issuerUrl(of(text))).toBe(url);
  });

  it.each([
    'http://tenant.auth0.com/',
    'https://user:pass@tenant.auth0.com/',
    'https://tenant.auth0.com/?a=b',
    'https://tenant.auth0.com/#a',
    'ftp://127.0.0.1/',
    'tenant auth0',
    'localhost',
  ])('is refused as %s', (text) => {
    expect(() => issuerUrl(of(text))).toThrow('The setting "issuer" is not a tenant\'s.');
  });

  it('may differ for the Management API and has no path there', () => {
    expect(managementUrl(of('login.example', 'tenant.auth0.com'))).toBe('https://tenant.auth0.com/');
    expect(managementUrl(of('tenant.auth0.com'))).toBe('https://tenant.auth0.com/');
    expect(() => managementUrl(of('https://login.example/path'))).toThrow('The setting "managementDomain"');
  });
});
