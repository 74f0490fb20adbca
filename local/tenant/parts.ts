/** What every endpoint receives: the tenant's state, its clock, and the services that several endpoints use. */

import type { AssertionVerifier } from './client-assertion.ts';
import type { DpopProofVerifier } from './dpop-proof.ts';
import type { Exchange, Reply } from './http.ts';
import type { LoginState } from './login/login-state.ts';
import type { LoginGuard } from './login-guard.ts';
import type { SigningKeys } from './signing-keys.ts';
import type { TenantState } from './state.ts';
import type { TokenStore } from './token-store.ts';

/** How this tenant differs from the usual one. Tests change it in place. */
export interface Behaviour {
  /** Properties of a resource server that the tenant refuses to write, like a tenant that does not know them. */
  refusedProperties: readonly string[];
  /** Properties of a resource server that the tenant accepts and uses, but does not show. */
  hiddenProperties: readonly string[];
  /** The formats of an introspection request that the tenant accepts. */
  bodyFormats: readonly ('json' | 'form')[];
  /**
   * Whether a client assertion must obey all of RFC 7523 and Auth0's rules for clients: an `iat` that is not in the future, and a
   * `jti` that is used once. The public client programs send neither reliably, so a real tenant cannot require them.
   */
  isStrict: boolean;
  /** Whether a property that is sent as `null` keeps its value instead of being removed. */
  keepsNulledProperties: boolean;
  /** Whether a grant silently loses the scopes that its API does not have. Recorded tenants keep them. */
  dropsUnknownScopes: boolean;
  /** Whether app specific passwords and introspection are enabled for this tenant. */
  hasApplicationPasswords: boolean;
  /** Whether introspection verifies the client assertion. */
  checksAssertions: boolean;
}

export interface TenantParts {
  /** With a trailing slash. */
  readonly issuer: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly state: TenantState;
  readonly behaviour: Behaviour;
  readonly signingKeys: SigningKeys;
  readonly tokens: TokenStore;
  readonly logins: LoginGuard;
  readonly login: LoginState;
  readonly assertions: AssertionVerifier;
  readonly proofs: DpopProofVerifier;
}

export type PathParameters = Readonly<Record<string, string>>;

export type Handler = (exchange: Exchange, tenant: TenantParts, parameters: PathParameters) => Reply | Promise<Reply>;

export interface Route {
  readonly method: string;
  /** Segments that begin with a colon are parameters. Each segment is URL-decoded separately. */
  readonly path: string;
  readonly handler: Handler;
}
