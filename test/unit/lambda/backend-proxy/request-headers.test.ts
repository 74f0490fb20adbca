import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { requestHeaders } from '../../../../lambda/backend-proxy/request-headers.ts';
import { PRINCIPAL, proxyEvent } from './events.ts';

const SECRET = 'known-to-two-only';
const OURS = {
  'x-auth-sub': ['auth0%7C1234'],
  'x-auth-username': ['zo%C3%AB%40example.com'],
  'x-auth-scope': ['read%3Afoo%20create%3Afoo'],
  'x-auth-token-type': ['access_token'],
  'x-auth-client-id': [''],
  'x-auth-org-id': [''],
  'x-auth-iss': ['https%3A%2F%2Ftenant.auth0.com%2F'],
  'x-auth-exp': ['1490234011'],
  'x-gateway-secret': [SECRET],
};

describe('the headers for the backend', () => {
  it('contain every part of the principal and the facts that only the gateway knows', () => {
    expect(requestHeaders(proxyEvent(), SECRET)).toEqual(OURS);
  });

  it('contain the actor and the claims, percent-encoded, and nothing else from the context', () => {
    const authorizer = {
      ...PRINCIPAL,
      act: '{"sub":"agent@clients"}',
      claim_https_demo_api_roles: '["admin","a\r\nX-Auth-Sub: root"]',
      claim_email: 'zoë@example.com',
      claim_missing: '',
      integrationLatency: 7,
      claims: 'of Cognito',
      www_authenticate: 'Bearer',
      'claim_a\r\nb': 'not ours',
    };
    expect(requestHeaders(proxyEvent({ authorizer }), SECRET)).toEqual({
      ...OURS,
      'x-auth-act': ['%7B%22sub%22%3A%22agent%40clients%22%7D'],
      'x-auth-claim-https-demo-api-roles': ['%5B%22admin%22%2C%22a%0D%0AX-Auth-Sub%3A%20root%22%5D'],
      'x-auth-claim-email': ['zo%C3%AB%40example.com'],
      'x-auth-claim-missing': [''],
    });
  });

  it('contain the signed principal as it is, if there is one, and never the one that the caller sent', () => {
    const token = 'eyJhbGciOiJFUzI1NiJ9.e30.a-b_c';
    const headers = { 'X-Auth-Token': ['forged'] };
    expect(requestHeaders(proxyEvent({ headers, authorizer: { ...PRINCIPAL, token } }), SECRET)).toEqual({
      ...OURS,
      'x-auth-token': [token],
    });
  });

  it('contain an empty principal on a public route', () => {
    const headers = requestHeaders(proxyEvent({ authorizer: null }), SECRET);
    const names = Object.keys(OURS).filter((name) => name.startsWith('x-auth-'));
    expect(names.map((name) => headers[name])).toEqual(names.map(() => ['']));
  });

  it('keep what the caller sent, repeated fields included', () => {
    const sent = {
      Accept: ['text/html', 'text/plain'],
      'X-Custom': ['1'],
      Cookie: ['a=b'],
      'X-Forwarded-For': ['1.2.3.4'],
    };
    expect(requestHeaders(proxyEvent({ headers: sent }), SECRET)).toEqual({
      accept: ['text/html', 'text/plain'],
      'x-custom': ['1'],
      cookie: ['a=b'],
      'x-forwarded-for': ['1.2.3.4'],
      ...OURS,
    });
  });

  it.each([
    'Authorization',
    'AUTHORIZATION',
    'Proxy-Authorization',
    'X-Auth-Sub',
    'x-auth-anything',
    'X-Auth-Token',
    'x_auth_token',
    'X_Auth_Sub',
    'X-Auth-Act',
    'x_auth_claim_email',
    'x-auth_username',
    'x.auth.sub',
    'x~auth~sub',
    'X!Auth#Sub',
    "x'auth'sub",
    'x.gateway.secret',
    'x|gateway|secret',
    'proxy.authorization',
    'Proxy',
    'X-HTTP-Host-Override',
    'X-Amzn-Oidc-Identity',
    'X-MS-Client-Principal-Name',
    'X-Goog-Authenticated-User-Email',
    'X-SSL-Client-Verify',
    'X-Consumer-Username',
    'Impersonate-User',
    'X-Real-IP',
    'X-Accel-Redirect',
    'transfer~encoding',
    'content_length',
    'X-Gateway-Secret',
    'X-Origin-Secret',
    'x_origin_secret',
    'x_gateway_secret',
    'Host',
    'Content-Length',
    'Transfer-Encoding',
    'Connection',
    'Upgrade',
    'TE',
    'Expect',
    'X-HTTP-Method-Override',
    'X-Original-URL',
    'X-Rewrite-URL',
    'X-Original-URI',
    'X-Original-Path',
    'X-Override-URL',
    'X-Envoy-Original-Path',
    'X-Forwarded-Path',
    'X-Forwarded-Prefix',
    'X-Forwarded-Host',
    'X-Forwarded-User',
    'X_Forwarded_For',
    'x.forwarded.proto',
    'X-Script-Name',
    'SCRIPT_NAME',
    'PATH_INFO',
    'Remote-User',
    'X_Remote_User',
    'Forwarded',
    'na me',
    'na\nme',
    '',
  ])('never contain the %j that the caller sent', (name) => {
    expect(requestHeaders(proxyEvent({ headers: { [name]: ['forged'] } }), SECRET)).toEqual(OURS);
  });

  it("never contain a header that the caller's Connection header names", () => {
    const headers = { Connection: ['keep-alive, X-Secret-Hop'], 'X-Secret-Hop': ['1'], 'X-Kept': ['2'] };
    expect(requestHeaders(proxyEvent({ headers }), SECRET)).toEqual({ 'x-kept': ['2'], ...OURS });
  });

  it.each(['connection', 'Connection', 'CONNECTION'])(
    'keep the values from the gateway, even if %s names them',
    (name) => {
      const headers = { [name]: ['x-forwarded-for, x.mine'], 'X-Forwarded-For': ['1.2.3.4'], 'X-Mine': ['2'] };
      expect(requestHeaders(proxyEvent({ headers }), SECRET)).toEqual({ 'x-forwarded-for': ['1.2.3.4'], ...OURS });
    },
  );

  it('keep every value of a name that came in two spellings', () => {
    expect(requestHeaders(proxyEvent({ headers: { 'X-A': ['1'], 'x-a': ['2'] } }), SECRET)['x-a']).toEqual(['1', '2']);
  });

  it('contain the host name of the API, as the gateway knows it', () => {
    expect(requestHeaders(proxyEvent({ domainName: 'api.example' }), SECRET)['x-forwarded-host']).toEqual([
      'api.example',
    ]);
  });

  it('are valid and keep our values, whatever the caller sends', () => {
    const name = fc.oneof(
      fc.string(),
      fc.constantFrom('x-auth-sub', 'X_AUTH-SUB', 'x.auth.sub', 'authorization', 'x-gateway-secret', '__proto__'),
    );
    fc.assert(
      fc.property(fc.dictionary(name, fc.array(fc.string({ unit: 'binary' }))), (headers) => {
        const result = requestHeaders(proxyEvent({ headers }), SECRET);
        expect(result).toMatchObject(OURS);
        for (const [key, values] of Object.entries(result)) {
          for (const value of values) expect(() => new Headers([[key, value]])).not.toThrow();
        }
      }),
    );
  });

  it('are valid and ours, whatever the context holds', () => {
    const key = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }).map((text) => `claim_${text}`),
      fc.constant('act'),
    );
    const value = fc.oneof(fc.string({ unit: 'binary' }), fc.integer(), fc.boolean(), fc.constant(null));
    fc.assert(
      fc.property(fc.dictionary(key, value), (context) => {
        const result = requestHeaders(proxyEvent({ authorizer: { ...context, ...PRINCIPAL } }), SECRET);
        expect(result).toMatchObject(OURS);
        for (const [name, values] of Object.entries(result)) {
          expect(name).toMatch(/^(?:x-auth-(?:act|claim-[a-z0-9-]+|[a-z-]+)|x-gateway-secret)$/);
          for (const text of values) expect(text).toMatch(/^[!-~]*$/);
        }
      }),
    );
  });

  it('encode half a surrogate pair instead of failing', () => {
    const authorizer = { ...PRINCIPAL, username: 'a\ud800b' };
    expect(requestHeaders(proxyEvent({ authorizer }), SECRET)['x-auth-username']).toEqual(['a%EF%BF%BDb']);
  });
});
