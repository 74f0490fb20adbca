/** Issues what a login gives to a client: an access token, and an ID token and a refresh token if it asked for them. */
import { issueAccessToken, userinfoAudience } from '../access-token.ts';
import type { CallingClient } from '../client-authentication.ts';
import type { Exchange } from '../http.ts';
import { oauthError } from '../oauth-error.ts';
import type { TenantParts } from '../parts.ts';
import type { JsonObject, ResourceServerRecord, UserRecord } from '../records.ts';
import { confirmationOf } from '../sender-constraint.ts';
import { findAudience } from '../state.ts';
import { profileOf } from './profile.ts';
import type { LoginGrant } from './token-families.ts';

const ID_TOKEN_SECONDS = 36_000;
const USERINFO_TOKEN_SECONDS = 86_400;
/** Auth0 leaves out a claim of an Action that has a reserved name. */
const RESERVED_CLAIM = 'auth_time';

export interface TokenRequest {
  readonly grant: LoginGrant;
  /** Must be among those of the grant. */
  readonly scope: readonly string[];
  readonly nonce?: string | undefined;
  readonly cnf: JsonObject | undefined;
}

/** What the tokens are bound to. @throws {Refusal} 400 if the API requires a proof */
export function bindingOf(
  exchange: Exchange,
  caller: CallingClient,
  audience: string | undefined,
  tenant: TenantParts,
): JsonObject | undefined {
  const api = audience === undefined ? undefined : findAudience(tenant.state, audience);
  return api && confirmationOf(exchange, caller, api, tenant);
}

/** @throws {Refusal} 403 `invalid_grant` if the user may no longer log in */
export function issueLoginTokens({ grant, scope, nonce, cnf }: TokenRequest, tenant: TenantParts): JsonObject {
  const user = tenant.state.users.get(grant.userId);
  if (!user || user.blocked) throw oauthError(403, 'invalid_grant', 'Unknown or invalid refresh token.');
  const access = accessToken({ grant, scope, cnf }, user, tenant);
  return { ...access, ...(scope.includes('openid') && { id_token: idToken(grant, scope, user, nonce, tenant) }) };
}

function accessToken({ grant, scope, cnf }: TokenRequest, user: UserRecord, tenant: TenantParts): JsonObject {
  const { audience, clientId } = grant;
  if (audience === undefined) return userinfoToken(grant, scope, tenant);
  const api: ResourceServerRecord | undefined = findAudience(tenant.state, audience);
  if (!api) throw oauthError(403, 'access_denied', `Service not found: ${audience}`);
  const claims = { ...user.token_claims, ...authTimeClaim(grant, tenant) };
  const forUserinfo = scope.includes('openid');
  return issueAccessToken({ api, clientId, sub: user.user_id, scope, cnf, claims, forUserinfo }, tenant);
}

function authTimeClaim({ authTime }: LoginGrant, { login }: TenantParts): JsonObject {
  return authTime === undefined || login.authTimeClaim === RESERVED_CLAIM ? {} : { [login.authTimeClaim]: authTime };
}

/** Without an API, the access token is opaque. */
function userinfoToken({ userId: sub, clientId }: LoginGrant, scope: readonly string[], tenant: TenantParts) {
  const token = {
    use: 'access',
    sub,
    clientId,
    audience: userinfoAudience(tenant.issuer),
    scope: scope.join(' '),
  } as const;
  const access_token = tenant.tokens.issueOpaque(token, USERINFO_TOKEN_SECONDS);
  return { access_token, token_type: 'Bearer', expires_in: USERINFO_TOKEN_SECONDS, scope: token.scope };
}

function idToken(
  { clientId, authTime }: LoginGrant,
  scope: readonly string[],
  user: UserRecord,
  nonce: string | undefined,
  { issuer, tokens }: TenantParts,
): string {
  const iat = tokens.nowSeconds();
  return tokens.issueJwt({
    claims: {
      ...profileOf(user, scope),
      ...{ iss: issuer, aud: clientId, iat, exp: iat + ID_TOKEN_SECONDS },
      ...(authTime !== undefined && { auth_time: authTime }),
      ...(nonce !== undefined && { nonce }),
    },
  });
}
