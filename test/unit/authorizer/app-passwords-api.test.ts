/** The API for app specific passwords and the API of the operator have one authorizer. Neither's requirements apply to the other. */
import { describe, expect, it } from 'vitest';
import { basic } from '../../support/core/composed.ts';
import { makeIssuerKey, mint } from '../../support/core/issuer.ts';
import { form } from '../../support/core/scripted-http.ts';
import { loggedIn, TOKEN_URL } from '../../support/core/token-endpoint.ts';
import { World } from '../../support/core/world.ts';

const MANAGE = 'manage:app_passwords';
const AUDIENCE = 'https://demo.api';
const appPasswordsApi = { id: 'passwords', scope: MANAGE };
const issuerKey = await makeIssuerKey('rsa-1');
const tokenWith = async (scope: string, aud: unknown = AUDIENCE) => `Bearer ${await mint(issuerKey, { scope, aud })}`;

const worldWith = (routes: Record<string, string[]>, changes = {}) =>
  new World({ issuerKeys: [issuerKey], configuration: { routes, appPasswordsApi, ...changes } });

const list = { apiId: 'passwords', resourcePath: '/app-passwords', path: '/app-passwords' };

describe('the API of the operator', () => {
  it.each([
    ['GET', '/app-passwords', 'admin:tenants'],
    ['DELETE', '/app-passwords/7', 'admin:all'],
  ])('is never opened by the scope for app passwords: %s %s', async (method, path, required) => {
    const world = worldWith({ 'GET /{tenant}': ['admin:tenants'], 'DELETE /{collection}/{id}': ['admin:all'] });
    const called = { apiId: 'own', method, resourcePath: '/{proxy+}', path };
    expect(await world.decide(await tokenWith(MANAGE), called)).toMatchObject({
      outcome: 'deny',
      reason: 'scope_missing',
      requiredScopes: [required],
    });
    expect(await world.decide(await tokenWith(required), called)).toMatchObject({ outcome: 'allow' });
  });

  it.each([
    ['/items/{id}', '/items/a%2Fb'],
    ['/{page}', '/app-passwords'],
  ])('decides about %s as if the other API were not there: %s', async (resourcePath, path) => {
    const world = worldWith({ [`GET ${resourcePath}`]: ['read:foo'] });
    const decision = await world.decide(await tokenWith('read:foo'), { apiId: 'own', resourcePath, path });
    expect(decision).toMatchObject({ outcome: 'allow' });
  });

  it('is meant by a request without the id of an API', async () => {
    const decision = await worldWith({ 'GET /app-passwords': ['admin'] }).decide(await tokenWith(MANAGE), {
      ...list,
      apiId: undefined,
    });
    expect(decision).toMatchObject({ outcome: 'deny', requiredScopes: ['admin'] });
  });

  it('is meant by every id if there is no API for app passwords', async () => {
    const world = worldWith({ 'GET /foo': ['read:foo'] }, { appPasswordsApi: undefined });
    expect(await world.decide(await tokenWith(MANAGE), list)).toMatchObject({ reason: 'route_unknown' });
    expect(await world.decide(await tokenWith(MANAGE), { ...list, apiId: undefined })).toMatchObject({
      reason: 'route_unknown',
    });
  });

  it('has logins that do not request the scope for app passwords', async () => {
    const world = worldWith({ 'GET /foo': ['read:foo'] });
    world.passwords.set('user:password', loggedIn(await mint(issuerKey, { scope: 'read:foo' })));
    await world.decide(basic('user', 'password'));
    expect(world.http.to(TOKEN_URL).map((request) => form(request).scope)).toEqual(['read:foo']);
  });
});

describe('the API for app passwords', () => {
  it('requires its scope, whatever the routes say about its paths', async () => {
    const world = worldWith({ 'ANY /{proxy+}': [], 'GET /app-passwords': ['read:foo'] });
    expect(await world.decide(await tokenWith('read:foo'), list)).toMatchObject({
      outcome: 'deny',
      reason: 'scope_missing',
      requiredScopes: [MANAGE],
    });
    expect(await world.decide(await tokenWith(MANAGE), list)).toMatchObject({ outcome: 'allow' });
  });

  it('accepts only tokens for the main one of several audiences', async () => {
    const world = worldWith({ 'GET /foo': [] }, { audiences: ['https://old.api'] });
    const reasonOf = async (aud: unknown) => world.decide(await tokenWith(MANAGE, aud), list);
    expect(await reasonOf('https://old.api')).toMatchObject({ reason: 'audience_mismatch' });
    expect(await reasonOf(['https://old.api', AUDIENCE])).toMatchObject({ outcome: 'allow' });
  });
});
