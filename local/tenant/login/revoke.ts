/** `POST /oauth/revoke` (RFC 7009), for refresh tokens: revokes every token of the login. */
import { authenticateClient } from '../client-authentication.ts';
import type { Exchange, Reply } from '../http.ts';
import { oauthError } from '../oauth-error.ts';
import { readFields, requireField } from '../oauth-fields.ts';
import type { TenantParts } from '../parts.ts';

/** An unknown or already revoked token also gets 200 (RFC 7009 section 2.2). */
export function revoke(exchange: Exchange, tenant: TenantParts): Reply {
  const { tokens, login } = tenant;
  const fields = readFields(exchange);
  const { client } = authenticateClient(exchange, fields, tenant);
  const value = requireField(fields, 'token');
  const family = login.families.familyOf(value);
  const token = tokens.findOpaque(value);
  const owner = token?.clientId ?? login.families.grantOf(family ?? '')?.clientId ?? client.client_id;
  if (owner !== client.client_id) throw oauthError(400, 'invalid_grant', 'The token belongs to another client.');
  if (family !== undefined) login.families.revoke(family);
  else if (token?.use === 'refresh') tokens.revoke(value);
  return { status: 200 };
}
