import { describe, expect, it } from 'vitest';
import { isOwn } from '../../../local/inspector/guard.ts';
import { parseStartOptions } from '../../../local/options.ts';
import { pageTokensFault, scopeLists } from '../../../src/config/app-passwords.ts';
import { parseConfiguration } from '../../../src/config/configuration.ts';

const ACCEPTING = { appPasswords: true, dpop: 'accepted', mtls: 'off', allowedOrganizations: [] };

describe('the page for app passwords', () => {
  it.each([
    [{ dpop: 'required' }, 'dpop or mtls'],
    [{ mtls: 'required' }, 'dpop or mtls'],
    [{ allowedOrganizations: ['org_AbCdEf1234567890'] }, 'allowedOrganizations'],
  ])('cannot be where its tokens are refused: %j', (keys, words) => {
    expect(pageTokensFault({ ...ACCEPTING, ...keys })).toContain(words);
    expect(pageTokensFault({ ...ACCEPTING, ...keys, appPasswords: false })).toBeUndefined();
    const values = {
      issuer: 'https://example.eu.auth0.com/',
      audience: 'https://demo.api',
      managementDomain: 'example.eu.auth0.com',
      appPasswordsSecret: 'secret',
      appPasswordClients: ['aBcDeFgHiJkLmNoPqRsTuVwXyZ012345'],
      gatewayTtlSeconds: 0,
      ...keys,
    };
    expect(() => parseConfiguration({ ...values, appPasswords: true })).toThrow(words);
  });

  it('can be elsewhere', () => {
    expect(pageTokensFault(ACCEPTING)).toBeUndefined();
  });

  it.each([
    [{}, 3003],
    [{ PORT: '0' }, 0],
    [{ PORT: '4000', TENANT_PORT: '4001' }, 0],
    [{ PORT: '4000', APP_PASSWORDS_PORT: '4003' }, 4003],
  ])('has a fixed port in local mode only if the API has its usual one: %j', (environment, port) => {
    expect(parseStartOptions([], environment).appPasswordsPort).toBe(port);
  });
});

describe('the scopes of the example', () => {
  it.each([
    ['public', [[]]],
    [[], [[]]],
    [['read:foo', 'read:bar'], [['read:foo', 'read:bar']]],
    [{ anyOf: ['read:foo', 'read:bar'] }, [['read:foo'], ['read:bar']]],
  ] as const)('of a route with %j are one of %j', (setting, lists) => {
    expect(scopeLists(setting)).toEqual(lists);
  });
});

describe('the inspector on port 80', () => {
  it('is at names without a port', () => {
    const call = (host: string) => ({ fields: [['host', host]] as const });
    expect(['localhost', 'localhost:80', 'evil.example'].map((host) => isOwn(call(host), 'document', 80))).toEqual([
      true,
      true,
      false,
    ]);
    expect(isOwn(call('localhost'), 'document', 8080)).toBe(false);
  });
});
