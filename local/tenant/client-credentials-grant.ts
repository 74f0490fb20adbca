/**
 * The `client_credentials` grant: a machine gets the scopes of its client grant for the API. Client grants for users do
 * not count.
 */

import { issueAccessToken } from './access-token.ts';
import type { CallingClient } from './client-authentication.ts';
import type { Exchange, Reply } from './http.ts';
import { oauthError } from './oauth-error.ts';
import { type Fields, splitScope } from './oauth-fields.ts';
import { offeredScopes } from './offered-scopes.ts';
import { organizationClaims, requestedOrganization } from './organizations.ts';
import type { TenantParts } from './parts.ts';
import type { ClientGrantRecord } from './records.ts';
import { confirmationOf } from './sender-constraint.ts';
import { findAudience } from './state.ts';

export function clientCredentialsGrant(
  fields: Fields,
  caller: CallingClient,
  exchange: Exchange,
  tenant: TenantParts,
): Reply {
  const { client, authenticated } = caller;
  if (!authenticated) throw oauthError(401, 'invalid_client', 'Client authentication is required.');
  const audience = fields.audience || tenant.state.settings.default_audience;
  if (!audience) throw accessDenied('No audience parameter was provided, and no default audience has been configured');
  const api = findAudience(tenant.state, audience);
  if (!api) throw accessDenied(`Service not found: ${audience}`);
  const grant = findGrant(client.client_id, audience, tenant);
  if (!grant) {
    throw accessDenied(
      `Client is not authorized to access "${audience}". You need to create a "client-grant" associated to this API.`,
    );
  }
  const offered = offeredScopes(api, tenant);
  const granted = grant.allow_all_scopes ? offered : grant.scope.filter((value) => offered.includes(value));
  const scope = chooseScope(fields.scope, granted);
  const sub = `${client.client_id}@clients`;
  const claims = organizationClaims(requestedOrganization(fields.organization, grant, tenant.state), tenant.state);
  const cnf = confirmationOf(exchange, caller, api, tenant);
  const request = {
    api,
    clientId: client.client_id,
    sub,
    scope,
    cnf,
    claims,
    grantType: 'client-credentials',
  } as const;
  return { status: 200, body: issueAccessToken(request, tenant) };
}

function findGrant(clientId: string, audience: string, { state }: TenantParts): ClientGrantRecord | undefined {
  return [...state.clientGrants.values()].find(
    (grant) =>
      grant.client_id === clientId && grant.audience === audience && (grant.subject_type ?? 'client') === 'client',
  );
}

function chooseScope(requested: string | undefined, granted: readonly string[]): readonly string[] {
  const wanted = splitScope(requested);
  if (wanted.length === 0) return granted;
  const missing = wanted.filter((scope) => !granted.includes(scope));
  if (missing.length > 0) throw accessDenied(`Client has not been granted scopes: ${missing.join(', ')}`);
  return wanted;
}

function accessDenied(description: string) {
  return oauthError(403, 'access_denied', description);
}
