/**
 * The tokens that came from one login of one client. A refresh token that was used before is a sign of theft: it revokes the whole
 * family (RFC 9700 section 4.14.2).
 */
import type { JsonObject } from '../records.ts';
import { REFRESH_TOKEN_LIFETIME_SECONDS, type TokenStore } from '../token-store.ts';
import { ExpiringMap } from './expiring-map.ts';

/** What a login gave to a client. */
export interface LoginGrant {
  readonly clientId: string;
  readonly userId: string;
  /** The API. @default none: the tokens are for `/userinfo` */
  readonly audience: string | undefined;
  readonly scope: readonly string[];
  /** Seconds since the epoch. @default unknown */
  readonly authTime: number | undefined;
  /** What the refresh tokens of a public client are bound to. */
  readonly cnf?: JsonObject | undefined;
}

interface Family {
  readonly grant: LoginGrant;
  /** Seconds since the epoch. */
  readonly expiresAt: number;
  /** Access tokens and the present refresh token. */
  readonly tokens: Set<string>;
}

export class TokenFamilies {
  readonly #families: ExpiringMap<Family>;
  /** Every refresh token that was ever issued, and its family. */
  readonly #members = new Map<string, string>();
  readonly #tokens: TokenStore;

  constructor(now: () => number, tokens: TokenStore) {
    this.#families = new ExpiringMap(now, REFRESH_TOKEN_LIFETIME_SECONDS);
    this.#tokens = tokens;
  }

  /** Begins a family and returns its id. */
  begin(grant: LoginGrant): string {
    const expiresAt = this.#tokens.nowSeconds() + REFRESH_TOKEN_LIFETIME_SECONDS;
    return this.#families.add({ grant, expiresAt, tokens: new Set() });
  }

  addAccessToken(family: string, token: string): void {
    this.#families.get(family)?.tokens.add(token);
  }

  /** Issues a refresh token that expires with its family, however often it is rotated. */
  issueRefreshToken(id: string, audience: string): string | undefined {
    const family = this.#families.get(id);
    if (!family) return undefined;
    const { userId: sub, clientId, scope, cnf } = family.grant;
    const token = { use: 'refresh', sub, clientId, audience, scope: scope.join(' '), cnf } as const;
    const value = this.#tokens.issueOpaque(token, family.expiresAt - this.#tokens.nowSeconds());
    family.tokens.add(value);
    this.#members.set(value, id);
    return value;
  }

  /** The family of a refresh token, whether it can still be used or not. */
  familyOf(refreshToken: string): string | undefined {
    return this.#members.get(refreshToken);
  }

  grantOf(family: string): LoginGrant | undefined {
    return this.#families.get(family)?.grant;
  }

  /** Ends one refresh token. Its use is a reuse from now on. */
  retire(refreshToken: string): void {
    this.#tokens.revoke(refreshToken);
    this.#families.get(this.familyOf(refreshToken) ?? '')?.tokens.delete(refreshToken);
  }

  /** Revokes every token of a family. */
  revoke(family: string): void {
    for (const token of this.#families.get(family)?.tokens ?? []) this.#tokens.revoke(token);
    this.#families.delete(family);
  }
}
