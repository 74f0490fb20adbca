/** Servers that are not Auth0 may name the scopes in `scp`. */
import { expect, it } from 'vitest';
import { FrozenClock } from '../../support/core/clock.ts';
import { type ConfigurationChanges, compose, requestWith } from '../../support/core/composed.ts';
import { ISSUER, JWKS_URL, makeIssuerKey, mint } from '../../support/core/issuer.ts';
import { json, ScriptedHttp } from '../../support/core/scripted-http.ts';

const OKTA = 'https://demo.okta.example/oauth2/default';
const ENDPOINTS = { jwksUrl: `${OKTA}/v1/keys`, introspectionUrl: `${OKTA}/v1/introspect` };
const ROUTES = { 'GET /foo': ['read:foo'] };

/** Decides about a JWT of this issuer that names its scopes in `scp` only. */
async function decide(iss: string, configuration: ConfigurationChanges) {
  const key = await makeIssuerKey('key-1');
  const keys = json(200, { keys: [key.publicJwk] });
  const http = new ScriptedHttp(({ url }) => (url === JWKS_URL || url === ENDPOINTS.jwksUrl ? keys : json(404, {})));
  const authorizer = compose(http, new FrozenClock(), { routes: ROUTES, ...configuration }, {});
  const token = await mint(key, { iss, scope: undefined, scp: ['read:foo'] });
  return authorizer.decide(requestWith(`Bearer ${token}`));
}

it('names the scopes of the main issuer, if that is not Auth0', async () => {
  const main = { issuer: OKTA, passwordGrantSecret: undefined, authorizationServer: ENDPOINTS };
  expect(await decide(OKTA, main)).toMatchObject({ outcome: 'allow' });
});

it('names the scopes of another issuer with the profile rfc7662', async () => {
  const issuers = [{ issuer: OKTA, profile: 'rfc7662', ...ENDPOINTS }];
  expect(await decide(OKTA, { issuers })).toMatchObject({ outcome: 'allow' });
});

it('gives a token of an Auth0 tenant no scopes', async () => {
  expect(await decide(ISSUER, {})).toMatchObject({ outcome: 'deny', reason: 'scope_missing' });
});
