/** What the tenant remembers about logins in a browser: open login forms, sessions, and authorization codes. */

import type { TokenStore } from '../token-store.ts';
import type { AuthorizationRequest } from './authorization-request.ts';
import { ExpiringMap } from './expiring-map.ts';
import { TokenFamilies } from './token-families.ts';

const FORM_SECONDS = 3_600;
/** Auth0's default for sessions: three days without activity. This tenant counts from the login. */
const SESSION_SECONDS = 3 * 86_400;
/** A code lives longer than it may be used, so that a late replay still revokes what came from it. */
const CODE_MEMORY_SECONDS = 3_600;
export const CODE_SECONDS = 60;

/** A login form that waits for its user. */
export interface OpenForm {
  readonly request: AuthorizationRequest;
  /** The value of the cookie of the browser that opened it. */
  readonly browser: string;
  /** Expected in the form's hidden field. It is in no URL. */
  readonly csrfToken: string;
}

export interface Session {
  readonly userId: string;
  /** When the user entered the password. Seconds since the epoch. */
  readonly authTime: number;
}

export interface CodeGrant {
  readonly clientId: string;
  readonly redirectUri: string;
  readonly codeChallenge: string | undefined;
  readonly nonce: string | undefined;
  readonly audience: string | undefined;
  readonly scope: readonly string[];
  readonly userId: string;
  readonly authTime: number;
  /** Milliseconds since the epoch. */
  readonly usableUntilMs: number;
  /** The tokens that the code was exchanged for. */
  family: string | undefined;
}

export class LoginState {
  readonly forms: ExpiringMap<OpenForm>;
  readonly sessions: ExpiringMap<Session>;
  readonly codes: ExpiringMap<CodeGrant>;
  readonly families: TokenFamilies;
  /** The claim of access tokens that an Action fills with the time of the login. */
  readonly authTimeClaim: string;

  constructor(now: () => number, tokens: TokenStore, authTimeClaim: string) {
    this.forms = new ExpiringMap(now, FORM_SECONDS);
    this.sessions = new ExpiringMap(now, SESSION_SECONDS);
    this.codes = new ExpiringMap(now, CODE_MEMORY_SECONDS);
    this.families = new TokenFamilies(now, tokens);
    this.authTimeClaim = authTimeClaim;
  }
}
