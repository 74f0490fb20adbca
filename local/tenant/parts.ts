/** What every endpoint is handed: the tenant's state, its clock, and the machinery that more than one of them uses. */

import type { AssertionVerifier } from './client-assertion.ts';
import type { Exchange, Reply } from './http.ts';
import type { LoginGuard } from './login-guard.ts';
import type { SigningKeys } from './signing-keys.ts';
import type { TenantState } from './state.ts';
import type { TokenStore } from './token-store.ts';

/** How the tenant may be told to differ from its usual self. Changed in place by tests. */
export interface Behaviour {
  /** Properties that writing a resource server refuses, as a tenant that does not know them does. */
  refusedProperties: readonly string[];
  /** Whether a property sent as `null` stays as it was instead of being removed. */
  keepsNulledProperties: boolean;
  /** Whether a grant silently loses the scopes that its API does not have. Recorded tenants keep them. */
  dropsUnknownScopes: boolean;
  /** Whether app specific passwords and introspection are enabled for this tenant. */
  hasApplicationPasswords: boolean;
  /** Whether introspection checks who signed the client assertion. */
  checksAssertions: boolean;
}

export interface TenantParts {
  /** With its trailing slash. */
  readonly issuer: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly state: TenantState;
  readonly behaviour: Behaviour;
  readonly signingKeys: SigningKeys;
  readonly tokens: TokenStore;
  readonly logins: LoginGuard;
  readonly assertions: AssertionVerifier;
}

export type PathParameters = Readonly<Record<string, string>>;

export type Handler = (exchange: Exchange, tenant: TenantParts, parameters: PathParameters) => Reply | Promise<Reply>;

export interface Route {
  readonly method: string;
  /** Segments that begin with a colon are parameters, URL-decoded one by one. */
  readonly path: string;
  readonly handler: Handler;
}
