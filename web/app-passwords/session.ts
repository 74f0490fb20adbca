/**
 * The user's session: Authorization Code with PKCE by the vendor's library. Tokens are in memory only, the refresh token in a worker,
 * so the user signs in again after a reload. The single sign-on of the tenant makes that one click.
 */
import { type Auth0Client, createAuth0Client } from '@auth0/auth0-spa-js';
import type { PageConfiguration } from './configuration.ts';
import { SessionEnded } from './session-ended.ts';

/** What the user had typed before the sign-in, to go on with it. */
export interface Draft {
  readonly label: string;
  readonly scopes: readonly string[];
  readonly days: number;
}

/** How a redirect from the tenant ended. `none`: there was none. */
export type Arrival =
  | { readonly outcome: 'signed_in'; readonly draft: Draft | undefined }
  | { readonly outcome: 'none' | 'signed_out' | 'refused' | 'failed' };

export interface SignInOptions {
  /** The user must enter the password again. */
  readonly isFresh?: boolean;
  readonly draft?: Draft | undefined;
}

const MANAGE = 'manage:app_passwords';
/** In the storage of the tab while the tenant signs the user out, and in the state of the page that was left. */
const SIGNING_OUT = 'app-passwords-signing-out';
/** The library's errors about a refusal by the tenant. All others are about the network. */
const REFUSALS = new Set(['login_required', 'invalid_grant', 'missing_refresh_token', 'access_denied', 'mfa_required']);

export class Session {
  readonly #client: Auth0Client;
  readonly #pageUrl: string;
  readonly #maxAuthAgeSeconds: number | undefined;

  private constructor(client: Auth0Client, pageUrl: string, maxAuthAgeSeconds: number | undefined) {
    this.#maxAuthAgeSeconds = maxAuthAgeSeconds;
    this.#client = client;
    this.#pageUrl = pageUrl;
  }

  /** @param pageUrl the page's own URL without a query, where the tenant sends the user back to */
  static async open(configuration: PageConfiguration, pageUrl: string): Promise<Session> {
    const { issuer, clientId, audience, scopes, maxAuthAgeSeconds } = configuration;
    const client = await createAuth0Client({
      domain: issuer.replace(/\/$/, ''),
      clientId,
      cacheLocation: 'memory',
      anonymousSessionsCacheMode: 'memory',
      useRefreshTokens: true,
      useRefreshTokensFallback: false,
      legacySameSiteCookie: false,
      workerUrl: new URL('worker.js', pageUrl).href,
      authorizationParams: {
        audience,
        redirect_uri: pageUrl,
        scope: ['openid', 'profile', 'email', MANAGE, ...scopes].join(' '),
      },
    });
    return new Session(client, pageUrl, maxAuthAgeSeconds);
  }

  /** Completes a sign-in, if the URL is that of a redirect from the tenant. Removes the code from the URL in any case. */
  async arrive(): Promise<Arrival> {
    const parameters = new URLSearchParams(location.search);
    const hasSignedOut = takeSignOut();
    if (!parameters.has('state') || !(parameters.has('code') || parameters.has('error'))) {
      return { outcome: hasSignedOut ? 'signed_out' : 'none' };
    }
    const url = location.href;
    history.replaceState(null, '', this.#pageUrl);
    try {
      const { appState } = await this.#client.handleRedirectCallback(url);
      return { outcome: 'signed_in', draft: draftOf(appState) };
    } catch {
      return { outcome: parameters.get('error') === 'access_denied' ? 'refused' : 'failed' };
    }
  }

  isOpen(): Promise<boolean> {
    return this.#client.isAuthenticated();
  }

  async userName(): Promise<string> {
    const user = await this.#client.getUser();
    return user?.name ?? user?.nickname ?? user?.email ?? '';
  }

  /**
   * An access token for the API.
   *
   * @param isStale whether the API has refused the current one
   * @throws SessionEnded
   */
  async token(isStale = false): Promise<string> {
    try {
      const token = await this.#client.getTokenSilently({ cacheMode: isStale ? 'off' : 'on' });
      if (token !== undefined) return token;
    } catch (error) {
      if (isRefusal(error)) throw new SessionEnded('The session cannot be renewed.', { cause: error });
      throw error;
    }
    throw new SessionEnded('There is no token.');
  }

  /** Leaves the page. */
  async signIn({ isFresh = false, draft }: SignInOptions = {}): Promise<void> {
    const max_age = this.#maxAuthAgeSeconds;
    // If the client itself had the limit, it could not renew a token after that time. The API has to say that the login is too old.
    const age = max_age === undefined ? {} : { max_age };
    const authorizationParams = isFresh ? { ...age, prompt: 'login' as const } : age;
    await this.#client.loginWithRedirect({ appState: { draft }, authorizationParams });
  }

  /** Leaves the page. */
  async signOut(): Promise<void> {
    sessionStorage.setItem(SIGNING_OUT, 'yes');
    history.replaceState(SIGNING_OUT, '');
    await this.#client.logout({ logoutParams: { returnTo: this.#pageUrl } });
  }
}

/** Whether the tenant has just signed the user out. "Back" to the page that was left does not mean that it has. */
function takeSignOut(): boolean {
  const wasSigningOut = sessionStorage.getItem(SIGNING_OUT) !== null;
  sessionStorage.removeItem(SIGNING_OUT);
  return wasSigningOut && history.state !== SIGNING_OUT;
}

function isRefusal(error: unknown): boolean {
  return error instanceof Error && 'error' in error && REFUSALS.has(String(error.error));
}

/** What the library kept for us. It was in the session's storage, so it is parsed. */
function draftOf(appState: unknown): Draft | undefined {
  if (typeof appState !== 'object' || appState === null || !('draft' in appState)) return undefined;
  const { draft } = appState;
  if (typeof draft !== 'object' || draft === null) return undefined;
  const { label, scopes, days } = { label: '', scopes: [], days: 0, ...draft };
  if (typeof label !== 'string' || typeof days !== 'number' || !Array.isArray(scopes)) return undefined;
  return { label, days, scopes: scopes.filter((scope) => typeof scope === 'string') };
}
