/** `POST /oauth/token`: authenticates the client, checks that it may use the grant type, and calls that grant. */

import { authenticateClient, type CallingClient } from './client-authentication.ts';
import { clientCredentialsGrant } from './client-credentials-grant.ts';
import type { Exchange, Reply } from './http.ts';
import { authorizationCodeGrant } from './login/authorization-code-grant.ts';
import { refreshTokenGrant } from './login/refresh-token-grant.ts';
import { oauthError } from './oauth-error.ts';
import { type Fields, readFields, requireField } from './oauth-fields.ts';
import type { TenantParts } from './parts.ts';
import { passwordGrant } from './password-grant.ts';

const PASSWORD_REALM = 'http://auth0.com/oauth/grant-type/password-realm';
const GRANTS: Readonly<Record<string, Grant>> = {
  client_credentials: clientCredentialsGrant,
  password: passwordGrant,
  [PASSWORD_REALM]: passwordGrant,
  authorization_code: authorizationCodeGrant,
  refresh_token: refreshTokenGrant,
};

type Grant = (fields: Fields, caller: CallingClient, exchange: Exchange, tenant: TenantParts) => Reply;

export function token(exchange: Exchange, tenant: TenantParts): Reply {
  const fields = readFields(exchange);
  const grantType = requireField(fields, 'grant_type');
  const grant = Object.hasOwn(GRANTS, grantType) ? GRANTS[grantType] : undefined;
  if (!grant) {
    throw oauthError(403, 'unsupported_grant_type', `Unsupported grant type: ${grantType}`);
  }
  const caller = authenticateClient(exchange, fields, tenant);
  if (!caller.client.grant_types.includes(grantType)) {
    throw oauthError(403, 'unauthorized_client', `Grant type '${grantType}' not allowed for the client.`);
  }
  return grant(fields, caller, exchange, tenant);
}
