/** The `password` grant, with and without a realm: a user's own credentials, with brute-force protection. */
import { randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import { issueAccessToken } from './access-token.ts';
import type { CallingClient } from './client-authentication.ts';
import type { Exchange, Reply } from './http.ts';
import { invalidRequest, oauthError } from './oauth-error.ts';
import { type Fields, requireField, splitScope } from './oauth-fields.ts';
import type { TenantParts } from './parts.ts';
import type { ConnectionRecord, JsonObject, ResourceServerRecord, UserRecord } from './records.ts';
import { confirmationOf } from './sender-constraint.ts';
import { findAudience, scopeValues } from './state.ts';

const OIDC_SCOPES = ['openid', 'profile', 'email'];
const REFRESH_TOKEN_LIFETIME_SECONDS = 30 * 86_400;

export function passwordGrant(fields: Fields, caller: CallingClient, exchange: Exchange, tenant: TenantParts): Reply {
  const username = requireField(fields, 'username');
  const password = requireField(fields, 'password');
  const connection = chooseConnection(fields, caller.client.client_id, tenant);
  const api = chooseApi(fields, tenant);
  const cnf = confirmationOf(exchange, caller, api, tenant);
  const user = logIn({ username, password, connection, ip: callerIp(exchange, caller) }, tenant);
  const scope = chooseScope(fields.scope, api);
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

interface Login {
  readonly username: string;
  readonly password: string;
  readonly connection: ConnectionRecord;
  readonly ip: string;
}

function logIn({ username, password, connection, ip }: Login, { logins, state }: TenantParts): UserRecord {
  if (!logins.admits(username, ip)) throw oauthError(429, 'too_many_requests', 'Too many login attempts of this user.');
  if (logins.isBlocked(username, ip)) {
    throw oauthError(
      429,
      'too_many_attempts',
      'Your account has been blocked after multiple consecutive login attempts.',
    );
  }
  const user = [...state.users.values()].find((candidate) => isNamed(candidate, username, connection));
  if (!user || user.password !== password) {
    logins.fail(username, ip);
    throw oauthError(403, 'invalid_grant', 'Wrong email or password.');
  }
  refuseRightPassword(user);
  logins.succeed(username, ip);
  return user;
}

function isNamed(user: UserRecord, username: string, connection: ConnectionRecord): boolean {
  const name = username.toLowerCase();
  const isName = user.username.toLowerCase() === name || user.email.toLowerCase() === name;
  return isName && user.connection === connection.name;
}

/** Refuses a login for reasons other than the password. */
function refuseRightPassword(user: UserRecord): void {
  if (user.password_leaked) {
    throw oauthError(
      401,
      'password_leaked',
      'This login has been blocked because your password has been leaked in another website.',
    );
  }
  if (user.blocked) throw oauthError(403, 'unauthorized', 'user is blocked');
  if (user.requires_verification) {
    throw oauthError(401, 'requires_verification', 'Suspicious request requires verification');
  }
  if (user.login_denied) throw oauthError(user.login_denied, 'access_denied', 'An Action denied this login.');
  if (user.mfa_required) {
    const error = oauthError(403, 'mfa_required', 'Multifactor authentication required');
    Object.assign(error.reply.body as JsonObject, { mfa_token: randomBytes(24).toString('base64url') });
    throw error;
  }
}

/** All scopes of the API if none is requested; otherwise the requested scopes that exist. */
function chooseScope(requested: string | undefined, api: ResourceServerRecord): readonly string[] {
  const wanted = splitScope(requested);
  if (wanted.length === 0) return scopeValues(api);
  const offline = api.allow_offline_access ? ['offline_access'] : [];
  const known = new Set([...scopeValues(api), ...OIDC_SCOPES, ...offline]);
  return [...new Set(wanted)].filter((scope) => known.has(scope));
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
