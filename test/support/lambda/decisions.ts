/** One decision of each outcome, for the tests of adapters. */
import type { Decision } from '../../../src/authorizer/decision.ts';
import { ACCESS_TOKEN, type Principal } from '../../../src/core/principal.ts';

export const PRINCIPAL: Principal = {
  subject: 'auth0|1234',
  username: undefined,
  scopes: ['read:foo', 'create:foo'],
  tokenType: ACCESS_TOKEN,
  clientId: 'client',
  organizationId: undefined,
  issuer: 'https://tenant.auth0.com/',
  expiresAt: 1_795_349_000,
};

/** The context that a backend receives for this principal. */
export const CONTEXT = {
  sub: 'auth0|1234',
  username: '',
  scope: 'read:foo create:foo',
  token_type: 'access_token',
  client_id: 'client',
  org_id: '',
  iss: 'https://tenant.auth0.com/',
  exp: '1795349000',
};

export const ALLOW: Extract<Decision, { outcome: 'allow' }> = {
  outcome: 'allow',
  principal: PRINCIPAL,
  cacheHit: false,
};

export const DENY: Decision = {
  outcome: 'deny',
  reason: 'scope_missing',
  principal: PRINCIPAL,
  requiredScopes: ['delete:foo', 'purge:foo'],
  cacheHit: false,
};

export const UNAUTHENTICATED: Decision = {
  outcome: 'unauthenticated',
  reason: 'token_expired',
  message: 'The token has expired.',
};

export const UNAVAILABLE: Decision = { outcome: 'unavailable', reason: 'issuer_timeout', message: 'Too late.' };
