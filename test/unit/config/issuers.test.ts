import { describe, expect, it } from 'vitest';
import { issuerEndpoints } from '../../../src/authorizer/issuer-endpoints.ts';
import { parseAuthorizerConfiguration } from '../../../src/config/authorizer-configuration.ts';
import { parseConfiguration } from '../../../src/config/configuration.ts';

const AUDIENCE = 'https://demo.api';
const MAIN = { issuer: 'https://t.auth0.com/', audience: AUDIENCE };

const RFC_7662 = {
  profile: 'rfc7662',
  jwksUrl: 'https://as.example.com/jwks',
  introspectionUrl: 'https://as.example.com/token/introspection',
};

function parse(issuers: unknown) {
  const text = JSON.stringify({ ...MAIN, signingKeySecret: 'key', issuers });
  return parseAuthorizerConfiguration(text).issuers;
}

describe('an additional issuer', () => {
  it('has its endpoints below its URL if it is an Auth0 tenant, and knows the API by its audience', () => {
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

  it('names its endpoints and our client if it is not an Auth0 tenant', () => {
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

  it.each(['https://AS.example', 'https://as.example:443', 'https://as.example:443/oauth2'])(
    'keeps the spelling of a server that is not Auth0, because its tokens may have it: %s',
    (issuer) => {
      expect(parse([{ ...RFC_7662, issuer }])[0]?.issuer).toBe(issuer);
    },
  );

  it.each<[string, unknown, RegExp]>([
    ['is not a list', {}, /issuers: got Object; expected a list of issuers/],
    [
      'is over plain http',
      [{ issuer: 'http://t.example/' }],
      /issuers\.0\.issuer: got "http:\/\/t\.example\/"; expected an https URL/,
    ],
    [
      'is not in canonical form',
      [{ issuer: 'https://LOGIN.example:443/' }],
      /issuers\.0\.issuer: got "https:\/\/LOGIN\.example:443\/"; expected the canonical spelling "https:\/\/login\.example\/", because/,
    ],
    ['has a space', [{ ...RFC_7662, issuer: 'https://as.example/a b' }], /expected an https URL without query/],
    [
      'has a query',
      [{ ...RFC_7662, issuer: 'https://as.example/?a=b' }],
      /issuers\.0\.issuer: got .*; expected an https URL without query and fragment/,
    ],
    [
      'has the profile auth0 and lacks the final slash',
      [{ issuer: 'https://t.example' }],
      /an issuer with the profile "auth0" must end in "\/"/,
    ],
    [
      'has the profile rfc7662 and lacks its endpoints',
      [{ issuer: 'https://t.example', profile: 'rfc7662' }],
      /requires "jwksUrl" and "introspectionUrl"/,
    ],
    [
      'has an unknown key',
      [{ issuer: 'https://t.example/', nope: 1 }],
      /issuers\.0\.nope: unknown; expected one of issuer, profile/,
    ],
    [
      'is listed twice',
      [
        { issuer: 'https://login.example.com/' },
        { issuer: 'https://a.example/' },
        { issuer: 'https://login.example.com/' },
      ],
      /^ {2}issuers: "https:\/\/login\.example\.com\/" is listed twice; keep one entry for each issuer$/m,
    ],
    [
      'is listed twice, spelled differently',
      [{ issuer: 'https://login.example.com/' }, { issuer: 'https://LOGIN.example.com:443/' }],
      /issuers: "https:\/\/LOGIN\.example\.com:443\/" is listed twice/,
    ],
    [
      'is listed twice under two profiles',
      [{ issuer: 'https://as.example.com/' }, { ...RFC_7662, issuer: 'https://as.example.com' }],
      /issuers: "https:\/\/as\.example\.com" is listed twice/,
    ],
    [
      'is the main issuer',
      [{ issuer: 'https://t.auth0.com/' }],
      /^ {2}issuers: "https:\/\/t\.auth0\.com\/" is already the main "issuer"; remove it from "issuers"$/m,
    ],
    [
      'is the main issuer under another profile',
      [{ ...RFC_7662, issuer: 'https://t.auth0.com' }],
      /issuers: "https:\/\/t\.auth0\.com" is already the main "issuer"/,
    ],
  ])('is refused if it %s', (_, issuers, message) => {
    expect(() => parse(issuers)).toThrow(message);
    expect(() => parseConfiguration({ ...MAIN, managementSecret: 'management', issuers })).toThrow(message);
  });

  it('is never shown with the password in its URL', () => {
    const entry = { issuer: 'https://user:hunter2@login.example.com/' };
    expect(() => parse([entry, entry])).toThrow(/"https:\/\/…@login\.example\.com\/" is listed twice/);
    expect(() => parse([entry, entry])).not.toThrow(/hunter2/);
  });
});
