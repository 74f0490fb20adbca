import { describe, expect, it } from 'vitest';
import { parseAuthorizerConfiguration } from '../../../src/config/authorizer-configuration.ts';
import { issuerEndpoints } from '../../../src/config/issuers.ts';

const AUDIENCE = 'https://demo.api';

function parse(issuers: unknown) {
  const text = JSON.stringify({ issuer: 'https://t.auth0.com/', audience: AUDIENCE, signingKeySecret: 'key', issuers });
  return parseAuthorizerConfiguration(text).issuers;
}

describe('an issuer beside the first', () => {
  it('of Auth0 has its endpoints below it, and knows the API by its audience', () => {
    const [entry] = parse([{ issuer: 'https://login.example.com/' }]);
    expect(entry && issuerEndpoints(entry, AUDIENCE)).toEqual({
      issuer: 'https://login.example.com/',
      profile: 'auth0',
      jwksUrl: 'https://login.example.com/.well-known/jwks.json',
      introspectionUrl: 'https://login.example.com/oauth/introspect',
      clientId: AUDIENCE,
      clientSecret: undefined,
    });
  });

  it('of another make says where its endpoints are and who we are to it', () => {
    const given = {
      issuer: 'https://as.example.com',
      profile: 'rfc7662',
      jwksUrl: 'https://as.example.com/jwks',
      introspectionUrl: 'https://as.example.com/token/introspection',
      clientId: 'demo-api',
    };
    const [entry] = parse([given]);
    expect(entry && issuerEndpoints(entry, AUDIENCE)).toEqual({ ...given, clientSecret: undefined });
  });

  it.each<[string, unknown, RegExp]>([
    ['is no list', {}, /issuers: got Object; wanted a list of issuers/],
    [
      'is over plain http',
      [{ issuer: 'http://t.example/' }],
      /issuers\.0\.issuer: got "http:\/\/t\.example\/"; wanted an https URL/,
    ],
    [
      'is of Auth0 without its slash',
      [{ issuer: 'https://t.example' }],
      /an issuer of the profile "auth0" ends in "\/"/,
    ],
    [
      'is of another make without endpoints',
      [{ issuer: 'https://t.example', profile: 'rfc7662' }],
      /wants "jwksUrl" and "introspectionUrl"/,
    ],
    [
      'has an unknown key',
      [{ issuer: 'https://t.example/', nope: 1 }],
      /issuers\.0\.nope: unknown; known are issuer, profile/,
    ],
  ])('that %s is a fault', (_, issuers, message) => {
    expect(() => parse(issuers)).toThrow(message);
  });
});
