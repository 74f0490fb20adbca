/** `POST /oauth/token`: authenticates the client, checks that it may use the grant type, and calls that grant. */

import { authenticateClient } from './client-authentication.ts';
import { clientCredentialsGrant } from './client-credentials-grant.ts';
import type { Exchange, Reply } from './http.ts';
import { oauthError } from './oauth-error.ts';
import { readFields, requireField } from './oauth-fields.ts';
import type { TenantParts } from './parts.ts';
import { passwordGrant } from './password-grant.ts';

const PASSWORD_REALM = 'http://auth0.com/oauth/grant-type/password-realm';
const GRANTS = ['client_credentials', 'password', PASSWORD_REALM];

export function token(exchange: Exchange, tenant: TenantParts): Reply {
  const fields = readFields(exchange);
  const grantType = requireField(fields, 'grant_type');
  if (!GRANTS.includes(grantType)) {
    throw oauthError(403, 'unsupported_grant_type', `Unsupported grant type: ${grantType}`);
  }
  const caller = authenticateClient(exchange, fields, tenant);
  if (!caller.client.grant_types.includes(grantType)) {
    throw oauthError(403, 'unauthorized_client', `Grant type '${grantType}' not allowed for the client.`);
  }
  if (grantType === 'client_credentials') return clientCredentialsGrant(fields, caller, exchange, tenant);
  return passwordGrant(fields, caller, exchange, tenant);
}
