/** Sends the browser back to the application: by a redirect, or by a message to the page that opened this one. */
import type { Reply } from '../http.ts';
import { html, pageReply } from './html.ts';

/** Where a response goes. The redirect URI belongs to the client. */
export interface ResponseTarget {
  readonly redirectUri: string;
  readonly responseMode: 'query' | 'web_message';
  readonly state: string | undefined;
}

export function authorizationError(target: ResponseTarget, error: string, description: string): Reply {
  return authorizationResponse(target, { error, error_description: description });
}

export function authorizationResponse(target: ResponseTarget, members: Readonly<Record<string, string>>): Reply {
  const response = { ...members, ...(target.state !== undefined && { state: target.state }) };
  return target.responseMode === 'web_message' ? webMessage(target, response) : redirect(target, response);
}

function redirect({ redirectUri }: ResponseTarget, response: Readonly<Record<string, string>>): Reply {
  const url = new URL(redirectUri);
  for (const [name, value] of Object.entries(response)) url.searchParams.append(name, value);
  // 303, because the browser must not send the login form on to the application (RFC 9700 section 4.12).
  return { status: 303, headers: { location: url.href, 'referrer-policy': 'no-referrer' } };
}

/** The script takes what it sends from its own element, so that the page needs no inline script. */
function webMessage({ redirectUri }: ResponseTarget, response: Readonly<Record<string, string>>): Reply {
  const { origin } = new URL(redirectUri);
  const message = JSON.stringify({ type: 'authorization_response', response });
  const main = html`<script src="/u/web-message.js" data-origin="${origin}" data-message="${message}"></script>`;
  return pageReply(200, 'Authorization response', main, { scripts: "'self'", frameAncestors: origin });
}
