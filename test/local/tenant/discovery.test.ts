import { OpenIdProviderDiscoveryMetadataSchema } from '@modelcontextprotocol/sdk/shared/auth.js';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { expect, it } from 'vitest';
import { ask } from '../../support/tenant/requests.ts';
import { open, START_MS } from '../../support/tenant/tenant.ts';

const currentDate = new Date(START_MS);

it('the key set verifies the tenant’s tokens and contains nothing private', async () => {
  const { tenant } = await open();
  const { status, body } = await ask(tenant, '/.well-known/jwks.json');
  expect(status).toBe(200);
  expect(Object.keys(body.keys[0]).sort()).toStrictEqual(['alg', 'e', 'kid', 'kty', 'n', 'use']);
  await expect(jwtVerify(tenant.mintJwt(), createLocalJWKSet(body), { currentDate })).resolves.toBeDefined();
});

it('both keys are served after a rotation, until the old one is dropped', async () => {
  const { tenant } = await open();
  const before = tenant.mintJwt();
  const kid = await tenant.rotateSigningKeys();
  const both = (await ask(tenant, '/.well-known/jwks.json')).body;
  expect(both.keys.map((key: { alg: string }) => key.alg)).toStrictEqual(['RS256', 'PS256', 'RS256', 'PS256']);
  await expect(jwtVerify(before, createLocalJWKSet(both), { currentDate })).resolves.toBeDefined();
  tenant.dropOldSigningKeys();
  const { keys } = (await ask(tenant, '/.well-known/jwks.json')).body;
  expect(keys.map((key: { kid: string }) => key.kid)).toStrictEqual([kid, expect.any(String)]);
});

it('a PS256 token names the key that is published for PS256', async () => {
  const { tenant } = await open();
  const { body } = await ask(tenant, '/.well-known/jwks.json');
  const { protectedHeader } = await jwtVerify(tenant.mintJwt({ alg: 'PS256' }), createLocalJWKSet(body), {
    currentDate,
  });
  expect(body.keys.find((key: { alg: string }) => key.alg === 'PS256').kid).toBe(protectedHeader.kid);
});

it('the discovery document contains the tenant’s own URL', async () => {
  const { tenant } = await open();
  const { body } = await ask(tenant, '/.well-known/openid-configuration');
  expect(body).toMatchObject({ issuer: tenant.issuer, introspection_endpoint: `${tenant.issuer}oauth/introspect` });
});

it('the discovery document is served by both names, and has what clients require', async () => {
  const { tenant } = await open();
  const { body } = await ask(tenant, '/.well-known/oauth-authorization-server');
  expect(body).toStrictEqual((await ask(tenant, '/.well-known/openid-configuration')).body);
  expect(OpenIdProviderDiscoveryMetadataSchema.parse(body)).toMatchObject({ issuer: tenant.issuer });
});
