/** The `refresh_token` grant (RFC 6749 section 6), with rotation and the detection of reuse where the client has it. */
import type { CallingClient } from '../client-authentication.ts';
import type { Exchange, Reply } from '../http.ts';
import { invalidRequest, oauthError } from '../oauth-error.ts';
import { type Fields, requireField, splitScope } from '../oauth-fields.ts';
import type { TenantParts } from '../parts.ts';
import type { JsonObject } from '../records.ts';
import { bindingOf, issueLoginTokens } from './login-tokens.ts';
import type { LoginGrant } from './token-families.ts';

export function refreshTokenGrant(
  fields: Fields,
  caller: CallingClient,
  exchange: Exchange,
  tenant: TenantParts,
): Reply {
  const value = requireField(fields, 'refresh_token');
  const grant = findGrant(value, caller, tenant);
  const scope = narrowed(fields.scope, grant.scope);
  const cnf = bindingOf(exchange, caller, grant.audience, tenant);
  if (grant.cnf && grant.cnf.jkt !== cnf?.jkt) throw invalidToken();
  const response = issueLoginTokens({ grant, scope, cnf }, tenant);
  return { status: 200, body: { ...response, ...rotated(value, String(response.access_token), caller, tenant) } };
}

function findGrant(value: string, { client }: CallingClient, { tokens, login }: TenantParts): LoginGrant {
  const { families } = login;
  const token = tokens.findOpaque(value);
  const family = families.familyOf(value);
  if (!token && family !== undefined) {
    if (families.grantOf(family)?.clientId === client.client_id) families.revoke(family);
    throw invalidToken();
  }
  if (token?.use !== 'refresh' || token.clientId !== client.client_id) throw invalidToken();
  const known = family === undefined ? undefined : families.grantOf(family);
  const { clientId, sub: userId, audience, cnf } = token;
  return known ?? { clientId, userId, audience, scope: splitScope(token.scope), authTime: undefined, cnf };
}

/** A refresh can ask for less than the login gave. */
function narrowed(wanted: string | undefined, granted: readonly string[]): readonly string[] {
  const scopes = splitScope(wanted);
  if (scopes.some((scope) => !granted.includes(scope))) {
    throw invalidRequest('The scope must not exceed that of the login.');
  }
  return scopes.length === 0 ? granted : scopes;
}

/** Replaces the refresh token, if the client's refresh tokens rotate. */
function rotated(value: string, accessToken: string, { client }: CallingClient, { login }: TenantParts): JsonObject {
  const { families } = login;
  const family = families.familyOf(value);
  if (family === undefined) return {};
  families.addAccessToken(family, accessToken);
  if (client.refresh_token?.rotation_type !== 'rotating') return {};
  families.retire(value);
  return { refresh_token: families.issueRefreshToken(family, families.grantOf(family)?.audience ?? '') };
}

function invalidToken() {
  return oauthError(403, 'invalid_grant', 'Unknown or invalid refresh token.');
}
