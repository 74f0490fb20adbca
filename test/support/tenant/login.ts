/** A browser without a window, and the certified client library `oauth4webapi`, which logs in with it at the local tenant. */
import * as oauth from 'oauth4webapi';
import type { Tenant } from '../../../local/tenant/server.ts';
import { type Clock, DEMO_API, open } from './tenant.ts';

export const PAGE_CLIENT = 'app-passwords-page';
export const CALLBACK = 'http://127.0.0.1:4567/callback';
export const USER = { username: 'user@gmail.com', password: 'correct horse: battery' };

export interface Page {
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** Keeps cookies, and follows redirects within the tenant only. */
export class Browser {
  readonly #tenant: Tenant;
  readonly cookies = new Map<string, string>();

  constructor(tenant: Tenant) {
    this.#tenant = tenant;
  }

  async visit(address: string | URL, init: RequestInit = {}): Promise<Page> {
    const url = new URL(address, this.#tenant.issuer);
    const response = await fetch(url, { redirect: 'manual', ...init, headers: { ...init.headers, ...this.#cookie() } });
    this.#remember(response);
    const location = response.headers.get('location');
    const target = location === null ? undefined : new URL(location, url);
    if (target && `${target.origin}/` === this.#tenant.issuer) return this.visit(target);
    return {
      url: target?.href ?? url.href,
      status: response.status,
      headers: response.headers,
      text: await response.text(),
    };
  }

  /** Fills in the form of a page and sends it. */
  submit(page: Page, fields: Readonly<Record<string, string>>, headers: Record<string, string> = {}): Promise<Page> {
    const body = new URLSearchParams({ ...hiddenFields(page.text), ...fields });
    return this.visit('/u/login', { method: 'POST', body, headers });
  }

  #cookie(): Record<string, string> {
    const pairs = [...this.cookies].map(([name, value]) => `${name}=${value}`);
    return pairs.length === 0 ? {} : { cookie: pairs.join('; ') };
  }

  #remember({ headers }: Response): void {
    for (const line of headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (line.includes('Max-Age=0')) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
  }
}

export function hiddenFields(text: string): Readonly<Record<string, string>> {
  const inputs = [...text.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)];
  return Object.fromEntries(inputs.map(([, name, value]) => [name, value]));
}

export interface Application {
  readonly tenant: Tenant;
  readonly clock: Clock;
  readonly browser: Browser;
  readonly server: oauth.AuthorizationServer;
  readonly client: oauth.Client;
}

const INSECURE = { [oauth.allowInsecureRequests]: true } as const;

/** Opens a tenant that knows the page at `CALLBACK`. */
export async function openApplication(
  clientId = PAGE_CLIENT,
  ...options: Parameters<typeof open>
): Promise<Application> {
  const { tenant, clock } = await open(...options);
  return applicationAt(tenant, clientId, clock);
}

/** Lets a running tenant know the page at `CALLBACK`. */
export async function applicationAt(
  tenant: Tenant,
  clientId = PAGE_CLIENT,
  clock: Clock = { ms: Date.now() },
): Promise<Application> {
  tenant.allowCallback(clientId, CALLBACK);
  const issuer = new URL(tenant.issuer);
  const server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, INSECURE));
  const browser = new Browser(tenant);
  // The library has a clock of its own, and compares times with it after adding this.
  const client = () => ({ client_id: clientId, [oauth.clockSkew]: Math.floor((clock.ms - Date.now()) / 1000) });
  return {
    ...{ tenant, clock, browser, server },
    get client() {
      return client();
    },
  };
}

export interface Attempt {
  readonly url: URL;
  readonly verifier: string;
  readonly state: string;
  readonly nonce: string;
}

/** The request of a new login. `undefined` removes a parameter. */
export async function newAttempt(
  { server, client }: Application,
  changes: Readonly<Record<string, string | undefined>> = {},
): Promise<Attempt> {
  const verifier = oauth.generateRandomCodeVerifier();
  const state = oauth.generateRandomState();
  const nonce = oauth.generateRandomNonce();
  const url = new URL(server.authorization_endpoint ?? '');
  const parameters = {
    response_type: 'code',
    client_id: client.client_id,
    redirect_uri: CALLBACK,
    scope: 'openid profile email offline_access read:foo',
    audience: DEMO_API,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    nonce,
    ...changes,
  };
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) url.searchParams.set(name, value);
  return { url, verifier, state, nonce };
}

/** Logs the user in and returns where the browser ends up: at the callback, with a code. */
export async function logInAt({ browser }: Application, { url }: Attempt, user = USER): Promise<URL> {
  const page = await browser.visit(url);
  return new URL(page.url.startsWith(CALLBACK) ? page.url : (await browser.submit(page, user)).url);
}

/** Exchanges the code as the library does it, which checks `state`, `nonce` and the ID token. */
export async function exchange(
  { server, client }: Application,
  { verifier, state, nonce }: Attempt,
  callback: URL,
): Promise<oauth.TokenEndpointResponse> {
  const parameters = oauth.validateAuthResponse(server, client, callback, state);
  const response = await oauth.authorizationCodeGrantRequest(
    server,
    client,
    oauth.None(),
    parameters,
    CALLBACK,
    verifier,
    INSECURE,
  );
  return oauth.processAuthorizationCodeResponse(server, client, response, {
    expectedNonce: nonce,
    requireIdToken: true,
  });
}

/** Uses a refresh token as the library does it. */
export async function refresh({ server, client }: Application, token: string): Promise<oauth.TokenEndpointResponse> {
  const response = await oauth.refreshTokenGrantRequest(server, client, oauth.None(), token, INSECURE);
  return oauth.processRefreshTokenResponse(server, client, response);
}

/** Logs in from the beginning to the tokens. */
export async function tokensOf(
  application: Application,
  changes: Readonly<Record<string, string | undefined>> = {},
): Promise<oauth.TokenEndpointResponse> {
  const attempt = await newAttempt(application, changes);
  return exchange(application, attempt, await logInAt(application, attempt));
}
