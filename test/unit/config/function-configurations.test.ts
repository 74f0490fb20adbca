import { describe, expect, it } from 'vitest';
import { parseAuthorizerConfiguration } from '../../../src/config/authorizer-configuration.ts';
import { parseConfiguration } from '../../../src/config/configuration.ts';
import {
  parseJwksConfiguration,
  parseRotationConfiguration,
  parseSetupConfiguration,
  parseSigningKeyConfiguration,
} from '../../../src/config/function-configurations.ts';

const ROTATION = {
  signingKeySecret: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:Key-AbCdEf',
  stateTable: 'State',
  managementSecret: 'auth0/management',
  tenantUrl: 'https://tenant.auth0.com/',
  issuer: 'https://login.example/',
  audience: 'https://demo.api',
  keyDelivery: 'verificationKey',
  keyFormat: 'certificate',
  jwksCacheSeconds: 300,
};
const REQUIRED = {
  issuer: 'https://tenant.auth0.com/',
  audience: 'https://demo.api',
  managementSecret: 'auth0/management',
};

describe('the CONFIG of the key rotation', () => {
  it('returns the configuration that the deployment writes', () => {
    const written = { ...ROTATION, audiences: ['https://old.api'] };
    expect(parseRotationConfiguration(JSON.stringify(written))).toEqual(written);
  });

  it('needs no more audiences, as in a deployment of an earlier version', () => {
    expect(parseRotationConfiguration(JSON.stringify(ROTATION))).toEqual({ ...ROTATION, audiences: [] });
    expect(() => parseRotationConfiguration(JSON.stringify({ ...ROTATION, audiences: ['a b'] }))).toThrow(
      'audiences.0',
    );
  });

  it.each(Object.keys(ROTATION))('refuses a configuration without %s', (key) => {
    const text = JSON.stringify({ ...ROTATION, [key]: undefined });
    expect(() => parseRotationConfiguration(text)).toThrow(
      new RegExp(`^The CONFIG of the key rotation has 1 fault:\\n {2}${key}: missing`),
    );
  });

  it('refuses text that is not JSON', () => {
    expect(() => parseRotationConfiguration('')).toThrow('The CONFIG of the key rotation has 1 fault');
  });
});

describe('the CONFIG of the JWKS', () => {
  it('returns what the deployment writes and refuses a faulty value', () => {
    const configuration = { stateTable: 'State', jwksCacheSeconds: 0 };
    expect(parseJwksConfiguration(JSON.stringify(configuration))).toEqual({ ...configuration, keyType: 'RSA' });
    const ofPrincipals = { ...configuration, keyType: 'EC' };
    expect(parseJwksConfiguration(JSON.stringify(ofPrincipals))).toEqual(ofPrincipals);
    expect(() => parseJwksConfiguration('{"stateTable":"","jwksCacheSeconds":601}')).toThrow(/has 2 faults/);
  });
});

describe('the CONFIG of the set-up', () => {
  const configuration = {
    tenantUrl: 'https://tenant.auth0.com/',
    managementSecret: 'auth0/management',
    passwordGrantSecret: 'auth0/password',
    issuer: 'https://login.example/',
    stateTable: 'State',
    signingKeySecret: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:Key-AbCdEf',
  };

  it('returns the configuration that the deployment writes', () => {
    expect(parseSetupConfiguration(JSON.stringify(configuration))).toEqual(configuration);
  });

  it.each(['http://tenant.auth0.com/', 'https://tenant.auth0.com/path/', ''])(
    'refuses %j as the tenant, since the management secret is sent there',
    (tenantUrl) => {
      const text = JSON.stringify({ ...configuration, tenantUrl });
      expect(() => parseSetupConfiguration(text)).toThrow(
        /^The CONFIG of the Auth0 set-up has 1 fault:\n {2}tenantUrl:/,
      );
    },
  );
});

describe('the CONFIG of the signing key', () => {
  it('returns what the deployment writes and reports every fault', () => {
    const configuration = {
      signingKeySecret: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:Key',
      stateTable: 'S',
    };
    expect(parseSigningKeyConfiguration(JSON.stringify(configuration))).toEqual(configuration);
    expect(() => parseSigningKeyConfiguration('{}')).toThrow(/signingKeySecret.*\n.*stateTable/);
  });
});

describe('jwksCacheSeconds', () => {
  it('defaults to 300 and is at most as long as a key change can wait', () => {
    expect(parseConfiguration(REQUIRED).jwksCacheSeconds).toBe(300);
    expect(parseConfiguration({ ...REQUIRED, jwksCacheSeconds: '600' }).jwksCacheSeconds).toBe(600);
    expect(() => parseConfiguration({ ...REQUIRED, jwksCacheSeconds: '601' })).toThrow(
      'jwksCacheSeconds: got 601; expected whole seconds from 0 to 600, because a change of the key waits that long',
    );
  });
});

describe('keyDelivery wellKnown', () => {
  it.each(['urn:demo', 'demo', 'mailto:a@b.example'])('refuses the audience %s, which has no origin', (audience) => {
    expect(() => parseConfiguration({ ...REQUIRED, audience, keyDelivery: 'wellKnown' })).toThrow(
      'keyDelivery: got "wellKnown"; expected another',
    );
  });
});

describe('the CONFIG of the authorizer', () => {
  const config = {
    issuer: 'https://tenant.auth0.com/',
    audience: 'https://demo.api',
    signingKeySecret: 'signing-key',
    routes: 'routes.json',
  };
  const read = (file: string) => parseAuthorizerConfiguration(JSON.stringify(config), () => file);

  it('may leave its routes to a file', () => {
    expect(read('{"GET /orders":["read:orders"]}').routes).toEqual({ 'GET /orders': ['read:orders'] });
  });

  it.each(['', 'null', 'not JSON', '"routes.json"', '{}'])(
    'never means the default routes by a file with %j',
    (file) => {
      expect(() => read(file)).toThrow(/^The CONFIG of the authorizer has 1 fault:\n {2}routes: got/);
    },
  );

  it('reads no other file, and no file at all if it is given no reader', () => {
    const other = JSON.stringify({ ...config, routes: '/etc/passwd' });
    expect(() => parseAuthorizerConfiguration(other, () => '{"GET /orders":[]}')).toThrow('routes: got "/etc/passwd"');
    expect(() => parseAuthorizerConfiguration(JSON.stringify(config))).toThrow('routes: got "routes.json"');
  });
});
