/** The `authorization_code` grant (RFC 6749 section 4.1.3) with PKCE (RFC 7636). A code that is used twice revokes its tokens. */
import { createHash } from 'node:crypto';
import type { CallingClient } from '../client-authentication.ts';
import type { Exchange, Reply } from '../http.ts';
import { oauthError } from '../oauth-error.ts';
import { type Fields, requireField } from '../oauth-fields.ts';
import type { TenantParts } from '../parts.ts';
import type { JsonObject } from '../records.ts';
import type { CodeGrant } from './login-state.ts';
import { bindingOf, issueLoginTokens } from './login-tokens.ts';
import type { LoginGrant } from './token-families.ts';

const VERIFIER = /^[A-Za-z0-9._~-]{43,128}$/;

export function authorizationCodeGrant(
  fields: Fields,
  caller: CallingClient,
  exchange: Exchange,
  tenant: TenantParts,
): Reply {
  const found = findCode(fields, caller, tenant);
  const cnf = bindingOf(exchange, caller, found.audience, tenant);
  const { clientId, userId, audience, scope, authTime, nonce } = found;
  const grant: LoginGrant = { clientId, userId, audience, scope, authTime, ...(!caller.authenticated && { cnf }) };
  found.family = tenant.login.families.begin(grant);
  const response = issueLoginTokens({ grant, scope, nonce, cnf }, tenant);
  tenant.login.families.addAccessToken(found.family, String(response.access_token));
  return { status: 200, body: { ...response, ...refreshToken(found.family, grant, caller, tenant) } };
}

function findCode(fields: Fields, { client }: CallingClient, { login, now }: TenantParts): CodeGrant {
  const found = login.codes.get(requireField(fields, 'code'));
  if (!found || found.clientId !== client.client_id) throw invalidCode();
  if (found.family !== undefined) {
    login.families.revoke(found.family);
    throw invalidCode();
  }
  if (found.usableUntilMs <= now()) throw invalidCode();
  if (fields.redirect_uri !== found.redirectUri) {
    throw oauthError(403, 'invalid_grant', 'The redirect URI is not that of the authorization request.');
  }
  if (!isVerifier(fields.code_verifier, found.codeChallenge)) {
    throw oauthError(403, 'invalid_grant', 'Failed to verify code verifier');
  }
  return found;
}

/** A verifier without a challenge is refused, too: somebody has removed the challenge (RFC 9700 section 4.8.2). */
function isVerifier(verifier: string | undefined, challenge: string | undefined): boolean {
  if (challenge === undefined || verifier === undefined) return challenge === verifier;
  return VERIFIER.test(verifier) && createHash('sha256').update(verifier).digest('base64url') === challenge;
}

function refreshToken(family: string, grant: LoginGrant, { client }: CallingClient, tenant: TenantParts): JsonObject {
  const { scope, audience = '' } = grant;
  if (!scope.includes('offline_access') || !client.grant_types.includes('refresh_token')) return {};
  return { refresh_token: tenant.login.families.issueRefreshToken(family, audience) };
}

function invalidCode() {
  return oauthError(403, 'invalid_grant', 'Invalid authorization code');
}
