/** The `password` grant, with and without a realm: a user's own credentials, with brute-force protection. */
import { isIP } from 'node:net';
import { issueAccessToken } from './access-token.ts';
import type { CallingClient } from './client-authentication.ts';
import type { Exchange, Reply } from './http.ts';
import { invalidRequest, oauthError } from './oauth-error.ts';
import { type Fields, requireField, splitScope } from './oauth-fields.ts';
import type { TenantParts } from './parts.ts';
import type { ConnectionRecord, JsonObject, ResourceServerRecord, UserRecord } from './records.ts';
import { confirmationOf } from './sender-constraint.ts';
import { findAudience } from './state.ts';
import { REFRESH_TOKEN_LIFETIME_SECONDS } from './token-store.ts';
import { logIn } from './user-login.ts';
import { apiScopes, userScope } from './user-scope.ts';

export function passwordGrant(fields: Fields, caller: CallingClient, exchange: Exchange, tenant: TenantParts): Reply {
  const username = requireField(fields, 'username');
  const password = requireField(fields, 'password');
  const connection = chooseConnection(fields, caller.client.client_id, tenant);
  const api = chooseApi(fields, tenant);
  const cnf = confirmationOf(exchange, caller, api, tenant);
  const user = logIn({ username, password, connection, ip: callerIp(exchange, caller) }, tenant);
  const scope = chooseScope(fields.scope, api, user);
  const clientId = caller.client.client_id;
  const { user_id: sub, token_claims: claims } = user;
  const response = issueAccessToken({ api, clientId, sub, scope, cnf, claims, grantType: 'password' }, tenant);
  return { status: 200, body: { ...response, ...refreshToken(scope, user, caller, api, tenant) } };
}

/** Uses the header only if the client has authenticated itself and is trusted to send it. */
function callerIp(exchange: Exchange, { client, authenticated }: CallingClient): string {
  const forwarded = exchange.headers['auth0-forwarded-for'];
  const trusted = authenticated && client.is_token_endpoint_ip_header_trusted === true;
  return trusted && typeof forwarded === 'string' && isIP(forwarded) !== 0 ? forwarded : exchange.remoteAddress;
}

function chooseConnection(fields: Fields, clientId: string, { state }: TenantParts): ConnectionRecord {
  const named = fields.grant_type !== 'password';
  const name = named ? requireField(fields, 'realm') : state.settings.default_directory;
  if (!name) throw oauthError(500, 'server_error', 'Authorization server not configured with default connection.');
  const connection = [...state.connections.values()].find((candidate) => candidate.name === name);
  if (!connection) throw invalidRequest('the connection was not found');
  if (!connection.enabled_clients.includes(clientId)) throw invalidRequest('the connection was disabled');
  return connection;
}

function chooseApi(fields: Fields, { state }: TenantParts): ResourceServerRecord {
  const audience = fields.audience || state.settings.default_audience;
  if (!audience) throw invalidRequest('Missing required parameter: audience');
  const api = findAudience(state, audience);
  if (!api) throw oauthError(403, 'access_denied', `Service not found: ${audience}`);
  return api;
}

/** All scopes of the API if none is requested. */
function chooseScope(requested: string | undefined, api: ResourceServerRecord, user: UserRecord): readonly string[] {
  const wanted = splitScope(requested);
  return wanted.length === 0 ? apiScopes(api, user) : userScope({ wanted, api, user });
}

function refreshToken(
  scope: readonly string[],
  user: UserRecord,
  { client }: CallingClient,
  api: ResourceServerRecord,
  { tokens }: TenantParts,
): JsonObject {
  if (!scope.includes('offline_access') || !client.grant_types.includes('refresh_token')) return {};
  const { user_id: sub } = user;
  const token = {
    use: 'refresh',
    sub,
    clientId: client.client_id,
    audience: api.identifier,
    scope: scope.join(' '),
  } as const;
  return { refresh_token: tokens.issueOpaque(token, REFRESH_TOKEN_LIFETIME_SECONDS) };
}
