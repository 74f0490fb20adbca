/** `GET /authorize`: responds at once if the user has a suitable session, and shows the login form if not. */
import { randomBytes } from 'node:crypto';
import type { Exchange, Reply } from '../http.ts';
import type { TenantParts } from '../parts.ts';
import { findAudience } from '../state.ts';
import { userScope } from '../user-scope.ts';
import { type AuthorizationRequest, readAuthorizationRequest } from './authorization-request.ts';
import { authorizationError, authorizationResponse } from './authorization-response.ts';
import { readCookie, setCookie } from './cookies.ts';
import { CODE_SECONDS, type Session } from './login-state.ts';

export function authorize(exchange: Exchange, tenant: TenantParts): Reply {
  const request = readAuthorizationRequest(exchange, tenant);
  const session = fittingSession(exchange, request, tenant);
  if (session) return authorizationCode(request, session, tenant);
  if (request.prompt === 'none') return authorizationError(request.target, 'login_required', 'Login required');
  return openForm(exchange, request, tenant);
}

/** The session of the browser, unless the client wants a newer login. */
function fittingSession(exchange: Exchange, request: AuthorizationRequest, tenant: TenantParts): Session | undefined {
  const { issuer, login, state, tokens } = tenant;
  const session = login.sessions.get(readCookie(exchange, 'session', issuer));
  const user = session && state.users.get(session.userId);
  if (!user || user.blocked || request.prompt === 'login') return undefined;
  const ageSeconds = tokens.nowSeconds() - session.authTime;
  return ageSeconds > (request.maxAgeSeconds ?? Number.POSITIVE_INFINITY) ? undefined : session;
}

function openForm(exchange: Exchange, request: AuthorizationRequest, { issuer, login }: TenantParts): Reply {
  const known = readCookie(exchange, 'browser', issuer);
  const browser = /^[\w-]{43}$/.test(known) ? known : randomBytes(32).toString('base64url');
  const form = login.forms.add({ request, browser, csrfToken: randomBytes(32).toString('base64url') });
  return { status: 302, headers: { location: `/u/login?state=${form}`, ...setCookie('browser', browser, issuer) } };
}

/** Issues a code for what the user may have of what the client asked for. */
export function authorizationCode(request: AuthorizationRequest, session: Session, tenant: TenantParts): Reply {
  const { client, target, audience, nonce, codeChallenge } = request;
  const { state, login, now } = tenant;
  const { userId, authTime } = session;
  const user = state.users.get(userId);
  if (!user) return authorizationError(target, 'access_denied', 'The user does not exist.');
  const api = audience === undefined ? undefined : findAudience(state, audience);
  const code = login.codes.add({
    ...{ clientId: client.client_id, redirectUri: target.redirectUri, codeChallenge, nonce },
    ...{ audience, scope: userScope({ wanted: request.scope, api, user }), userId, authTime },
    usableUntilMs: now() + CODE_SECONDS * 1000,
    family: undefined,
  });
  return authorizationResponse(target, { code });
}
