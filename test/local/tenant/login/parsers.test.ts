import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Refusal } from '../../../../local/tenant/http.ts';
import { readAuthorizationRequest } from '../../../../local/tenant/login/authorization-request.ts';
import { parseCookies } from '../../../../local/tenant/login/cookies.ts';
import { html } from '../../../../local/tenant/login/html.ts';
import { seed } from '../../../../local/tenant/seed.ts';
import { createState } from '../../../../local/tenant/state.ts';
import { CALLBACK, PAGE_CLIENT } from '../../../support/tenant/login.ts';

const token = fc.stringMatching(/^[\w-]{1,20}$/);

it('a cookie header gives back the cookies that were joined in it', () => {
  const pairs = fc.uniqueArray(fc.tuple(token, token), { selector: ([name]) => name });
  fc.assert(
    fc.property(pairs, (cookies) => {
      const header = cookies.map(([name, value]) => `${name}=${value}`).join('; ');
      expect([...parseCookies(header)]).toStrictEqual(cookies);
    }),
  );
});

it('any cookie header is parsed, and the first of two cookies with one name counts', () => {
  fc.assert(
    fc.property(fc.string(), (header) => {
      expect([...parseCookies(header).keys()]).not.toContain('=');
    }),
  );
  expect([...parseCookies('a=1; b; =c; a=2; d==')]).toStrictEqual([
    ['a', '1'],
    ['d', '='],
  ]);
  expect(parseCookies(undefined).size).toBe(0);
});

it('text in HTML has no character that ends an element or an attribute, and HTML stays HTML', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const { text: escaped } = html`${text}`;
      expect(escaped).not.toMatch(/[<>"']|&(?!(?:amp|lt|gt|quot|#39);)/);
      expect(html`<b>${html`${text}`}</b>`.text).toBe(`<b>${escaped}</b>`);
    }),
  );
});

const state = createState(seed, 'http://127.0.0.1:1/');
const page = state.clients.get(PAGE_CLIENT);
if (page) state.clients.set(PAGE_CLIENT, { ...page, callbacks: [CALLBACK], web_origins: [new URL(CALLBACK).origin] });

const NAMES = ['response_type', 'scope', 'audience', 'nonce', 'state', 'prompt', 'max_age', 'code_challenge'];
const parameters = fc.dictionary(fc.constantFrom(...NAMES, 'response_mode', 'code_challenge_method'), fc.string());

it('whatever the other parameters are, the browser is sent to the registered URI or nowhere', () => {
  fc.assert(
    fc.property(parameters, fc.oneof(fc.constant(CALLBACK), fc.webUrl(), fc.string()), (given, redirect_uri) => {
      const query = new URLSearchParams({ ...given, client_id: PAGE_CLIENT, redirect_uri });
      const location = locationOf(query);
      if (redirect_uri !== CALLBACK) expect(location).toBeUndefined();
      else expect(location ?? CALLBACK).toMatch(/^http:\/\/127\.0\.0\.1:4567\/callback(?:\?error=|$)/);
    }),
  );
});

/** Where the request is sent back to; `undefined` if it is accepted or shows a page. */
function locationOf(query: URLSearchParams): string | undefined {
  try {
    readAuthorizationRequest({ query }, { state });
    return undefined;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return error.reply.headers?.location;
  }
}
