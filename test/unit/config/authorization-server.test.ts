import { describe, expect, it } from 'vitest';
import { mainIssuerEndpoints } from '../../../src/authorizer/issuer-endpoints.ts';
import { parseAuthorizerConfiguration } from '../../../src/config/authorizer-configuration.ts';

const AUDIENCE = 'https://demo.api';
const URLS = { jwksUrl: 'https://id.example/certs', introspectionUrl: 'https://id.example/introspect' };
const SERVER = { issuer: 'https://id.example/realms/demo', authorizationServer: URLS };

function parse(changes: Readonly<Record<string, unknown>>) {
  return parseAuthorizerConfiguration(JSON.stringify({ audience: AUDIENCE, signingKeySecret: 'key', ...changes }));
}

describe('a main issuer that is not Auth0', () => {
  it.each(['https://id.example/realms/demo', 'https://ID.example:443/oauth2/default', 'https://id.example/'])(
    'keeps its spelling, because its tokens may have it: %s',
    (issuer) => {
      expect(parse({ ...SERVER, issuer }).issuer).toBe(issuer);
    },
  );

  it('has the profile rfc7662 and the endpoints that are given, and knows the API by its audience', () => {
    expect(mainIssuerEndpoints(parse(SERVER), AUDIENCE)).toEqual({
      issuer: SERVER.issuer,
      profile: 'rfc7662',
      ...URLS,
      clientId: AUDIENCE,
      clientSecret: undefined,
    });
  });

  it.each<[string, Readonly<Record<string, unknown>>, RegExp]>([
    ['lacks an endpoint', { jwksUrl: URLS.jwksUrl }, /authorizationServer\.introspectionUrl: missing/],
    [
      'has an endpoint without TLS',
      { ...URLS, jwksUrl: 'http://id.example/certs' },
      /authorizationServer\.jwksUrl: got "http:\/\/id\.example\/certs"; expected an https URL/,
    ],
    [
      'has an ID and a secret',
      { ...URLS, clientId: 'api', clientSecret: 'secret' },
      /authorizationServer: "clientId" and "clientSecret" cannot be combined/,
    ],
    ['has an unknown key', { ...URLS, profile: 'rfc7662' }, /authorizationServer\.profile: unknown; expected one of/],
  ])('is refused if it %s', (_, authorizationServer, message) => {
    expect(() => parse({ ...SERVER, authorizationServer })).toThrow(message);
  });

  it('is refused if it is not a URL, or has a query', () => {
    expect(() => parse({ ...SERVER, issuer: 'id.example' })).toThrow(
      /issuer: got "id\.example"; expected an https URL/,
    );
    expect(() => parse({ ...SERVER, issuer: 'https://id.example/?a=b' })).toThrow(/without query and fragment/);
  });

  it('is refused together with logins by password', () => {
    expect(() => parse({ ...SERVER, passwordGrantSecret: 'auth0/password' })).toThrow(
      /passwordGrantSecret: expected none, because logins with a password work with Auth0 only/,
    );
  });
});

describe('a main issuer that is Auth0', () => {
  it('must end in a slash', () => {
    expect(() => parse({ issuer: SERVER.issuer })).toThrow(
      'issuer: got "https://id.example/realms/demo"; expected an https URL that ends in "/"',
    );
  });
});
