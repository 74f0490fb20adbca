/** `/u/login`: the form in which a user logs in. Only the browser that opened a form can use it, and only once. */
import type { Exchange, Reply } from '../http.ts';
import { Refusal } from '../http.ts';
import type { Fields } from '../oauth-fields.ts';
import { readFields } from '../oauth-fields.ts';
import type { TenantParts } from '../parts.ts';
import type { ConnectionRecord, UserRecord } from '../records.ts';
import { logIn } from '../user-login.ts';
import { authorizationError } from './authorization-response.ts';
import { authorizationCode } from './authorize.ts';
import { readCookie, setCookie } from './cookies.ts';
import { errorPage, html, pageReply } from './html.ts';
import type { OpenForm } from './login-state.ts';

/** A refusal that the user cannot change by typing something else goes back to the application. */
const FINAL_ERRORS = ['unauthorized', 'access_denied'];

export function showLoginForm(exchange: Exchange, tenant: TenantParts): Reply {
  const id = exchange.query.get('state') ?? '';
  return formPage(id, requireForm(id, exchange, tenant));
}

export function submitLoginForm(exchange: Exchange, tenant: TenantParts): Reply {
  const fields = readFields(exchange);
  const id = fields.state ?? '';
  const form = requireForm(id, exchange, tenant);
  if (fields.csrf !== form.csrfToken || !isFromOwnPage(exchange, tenant)) throw forged();
  try {
    return finish(id, form, exchange, logInAtForm(fields, form, exchange, tenant), tenant);
  } catch (error) {
    if (error instanceof Refusal) return refusedLogin(id, form, fields, error.reply);
    throw error;
  }
}

function requireForm(id: string, exchange: Exchange, { login, issuer }: TenantParts): OpenForm {
  const form = login.forms.get(id);
  if (!form) throw new Refusal(errorPage(400, 'This login form is no longer valid. Go back to the application.'));
  if (form.browser !== readCookie(exchange, 'browser', issuer)) throw forged();
  return form;
}

function forged(): Refusal {
  return new Refusal(errorPage(403, 'This login did not begin in this browser. Go back to the application.'));
}

function isFromOwnPage({ headers }: Exchange, { issuer }: TenantParts): boolean {
  return headers.origin === undefined || headers.origin === new URL(issuer).origin;
}

function logInAtForm(fields: Fields, { request }: OpenForm, exchange: Exchange, tenant: TenantParts): UserRecord {
  const { username = '', password = '' } = fields;
  const connection = connectionOf(request.client.client_id, tenant);
  if (!connection) {
    throw new Refusal({ status: 403, body: { error: 'access_denied', error_description: 'no connections enabled' } });
  }
  return logIn({ username, password, connection, ip: exchange.remoteAddress }, tenant);
}

function connectionOf(clientId: string, { state }: TenantParts): ConnectionRecord | undefined {
  return [...state.connections.values()].find(({ enabled_clients }) => enabled_clients.includes(clientId));
}

/** Replaces the browser's session, so that nobody's earlier session lives on in it. */
function finish(id: string, form: OpenForm, exchange: Exchange, user: UserRecord, tenant: TenantParts): Reply {
  const { login, issuer, tokens } = tenant;
  login.forms.delete(id);
  login.sessions.delete(readCookie(exchange, 'session', issuer));
  const session = { userId: user.user_id, authTime: tokens.nowSeconds() };
  const cookie = setCookie('session', login.sessions.add(session), issuer);
  const reply = authorizationCode(form.request, session, tenant);
  return { ...reply, headers: { ...reply.headers, ...cookie } };
}

function refusedLogin(id: string, form: OpenForm, fields: Fields, reply: Reply): Reply {
  const { error, error_description: description } = Object(reply.body);
  if (FINAL_ERRORS.includes(String(error))) {
    return authorizationError(form.request.target, String(error), String(description));
  }
  return formPage(id, form, { status: reply.status === 429 ? 429 : 400, message: String(description), fields });
}

interface Failure {
  readonly status: number;
  readonly message: string;
  readonly fields: Fields;
}

function formPage(id: string, { request, csrfToken }: OpenForm, failure?: Failure): Reply {
  const alert = failure ? html`<p role="alert" id="problem">${failure.message}</p>` : html``;
  const described = failure ? html` aria-describedby="problem" aria-invalid="true"` : html``;
  const title = `Log in to ${request.client.name}`;
  const main = html`<h1>${title}</h1>
${alert}
<form method="post" action="/u/login">
<input type="hidden" name="state" value="${id}">
<input type="hidden" name="csrf" value="${csrfToken}">
<label for="username">Email address</label>
<input id="username" name="username" type="text" inputmode="email" autocomplete="username" autocapitalize="none" spellcheck="false" required value="${failure?.fields.username ?? ''}"${described}>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required${described}>
<button type="submit">Continue</button>
</form>`;
  return pageReply(failure?.status ?? 200, title, main, {
    formAction: `'self' ${formTarget(request.target.redirectUri)}`,
  });
}

/** Browsers apply `form-action` to the redirect after the form, too. */
function formTarget(redirectUri: string): string {
  const { origin, protocol } = new URL(redirectUri);
  return origin === 'null' ? protocol : origin;
}
