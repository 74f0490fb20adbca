/** `GET /v2/logout` and `GET /oidc/logout`: end the session of the browser, and send it only to URLs that a client has listed. */
import { type Exchange, Refusal, type Reply } from '../http.ts';
import type { TenantParts } from '../parts.ts';
import type { ClientRecord } from '../records.ts';
import { readCookie, setCookie } from './cookies.ts';
import { errorPage, html, pageReply } from './html.ts';

/** Without `returnTo`, the browser goes to the first logout URL of the client, if it has any. */
export function logout(exchange: Exchange, tenant: TenantParts): Reply {
  const { query } = exchange;
  const client = findClient(query.get('client_id'), tenant);
  const returnTo = query.get('returnTo') ?? client?.allowed_logout_urls?.[0];
  return endSession(requireListed(returnTo, client, 'returnTo'), exchange, tenant);
}

/** OpenID Connect RP-Initiated Logout 1.0. This tenant asks nobody for a confirmation. */
export function oidcLogout(exchange: Exchange, tenant: TenantParts): Reply {
  const { query } = exchange;
  const hinted = clientOfHint(query.get('id_token_hint'), tenant);
  const named = query.get('client_id');
  if (hinted !== undefined && named !== null && hinted !== named) {
    throw new Refusal(errorPage(400, 'The client_id is not that of the id_token_hint.'));
  }
  const client = findClient(named ?? hinted ?? null, tenant);
  const target = requireListed(query.get('post_logout_redirect_uri') ?? undefined, client, 'post_logout_redirect_uri');
  const state = query.get('state');
  return endSession(target && withState(target, state), exchange, tenant);
}

function findClient(id: string | null, { state }: TenantParts): ClientRecord | undefined {
  if (id === null) return undefined;
  const client = state.clients.get(id);
  if (!client) throw new Refusal(errorPage(400, 'Unknown client. The application is not registered at this tenant.'));
  return client;
}

/** The client of an ID token of this tenant, expired or not. */
function clientOfHint(hint: string | null, { tokens }: TenantParts): string | undefined {
  if (hint === null) return undefined;
  const { claims, problem } = tokens.inspectJwt(hint);
  const isOwn = problem !== 'invalid' && typeof claims.aud === 'string';
  if (!isOwn) throw new Refusal(errorPage(400, 'The id_token_hint is not an ID token of this tenant.'));
  return String(claims.aud);
}

function requireListed(url: string | undefined, client: ClientRecord | undefined, name: string): string | undefined {
  if (url === undefined || client?.allowed_logout_urls?.includes(url)) return url;
  throw new Refusal(errorPage(400, `The ${name} is not one of the application’s logout URLs.`));
}

function withState(url: string, state: string | null): string {
  const target = new URL(url);
  if (state !== null) target.searchParams.append('state', state);
  return target.href;
}

function endSession(target: string | undefined, exchange: Exchange, { login, issuer }: TenantParts): Reply {
  login.sessions.delete(readCookie(exchange, 'session', issuer));
  const cookie = setCookie('session', '', issuer);
  if (target !== undefined) return { status: 302, headers: { location: target, ...cookie } };
  const page = pageReply(200, 'Logged out', html`<h1>You are logged out</h1>`);
  return { ...page, headers: { ...page.headers, ...cookie } };
}
