/**
 * Issues every kind of credential and tells which are still valid. A JWT is valid by its signature, other credentials
 * by being stored here.
 */
import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import {
  decodeUnverified,
  isSignedWith,
  type MintAlgorithm,
  type SigningPair,
  signJwt,
  type UnverifiedJwt,
} from './jwt.ts';
import type { ApplicationPasswordRecord, JsonObject } from './records.ts';
import { kidFor, type SigningKeys } from './signing-keys.ts';
import type { TenantState } from './state.ts';

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const ASP_LENGTH = 16;

export const REFRESH_TOKEN_LIFETIME_SECONDS = 30 * 86_400;

export interface OpaqueToken {
  readonly use: 'access' | 'refresh';
  readonly sub: string;
  readonly clientId: string;
  readonly audience: string;
  readonly scope: string;
  readonly iat: number;
  /** Seconds since the epoch. */
  readonly exp: number;
  /** What the token is bound to: `jkt` or `x5t#S256`. @default a Bearer token */
  readonly cnf?: JsonObject | undefined;
  /** Further members of the introspection response, such as `org_id`. */
  readonly claims?: JsonObject | undefined;
}

export interface JwtRequest {
  readonly claims: JsonObject;
  readonly alg?: MintAlgorithm;
  readonly typ?: string;
  /** The `kid` in the header. If one of the tenant's keys has that name, that key signs. */
  readonly kid?: string;
  /** Signs with a key that the tenant does not own. */
  readonly signWith?: SigningPair;
  /** For `HS256`. */
  readonly secret?: string | undefined;
}

export interface ApplicationPasswordRequest {
  readonly userId: string;
  readonly label: string;
  readonly audience: string;
  readonly scope: readonly string[];
}

export interface TokenStoreOptions {
  readonly issuer: string;
  readonly now: () => number;
  readonly state: TenantState;
  readonly signingKeys: SigningKeys;
}

export class TokenStore {
  readonly #options: TokenStoreOptions;
  readonly #opaque = new Map<string, OpaqueToken>();
  readonly #revokedJwts = new Set<string>();

  constructor(options: TokenStoreOptions) {
    this.#options = options;
  }

  issueJwt({ claims, alg = 'RS256', typ = 'JWT', kid, signWith, secret }: JwtRequest): string {
    const { signingKeys } = this.#options;
    const own = signingKeys.find(kid) ?? signingKeys.current;
    return signJwt({ alg, typ, kid: kid ?? kidFor(own, alg) }, claims, { ...(signWith ?? own), secret });
  }

  issueOpaque(token: Omit<OpaqueToken, 'iat' | 'exp'>, lifetimeSeconds: number): string {
    const iat = this.nowSeconds();
    const value = randomBytes(24).toString('base64url');
    this.#opaque.set(value, { ...token, iat, exp: iat + lifetimeSeconds });
    return value;
  }

  issueApplicationPassword({ userId, label, audience, scope }: ApplicationPasswordRequest): ApplicationPasswordRecord {
    const record = {
      id: `asp_${randomUUID().replaceAll('-', '').slice(0, 16)}`,
      user_id: userId,
      label,
      audience,
      scope: [...scope],
      value: Array.from({ length: ASP_LENGTH }, () => LETTERS[randomInt(LETTERS.length)]).join(''),
      createdAtMs: this.#options.now(),
    };
    this.#options.state.applicationPasswords.set(record.id, record);
    return record;
  }

  /** Finds an opaque token that has not expired. */
  findOpaque(value: string): OpaqueToken | undefined {
    const token = this.#opaque.get(value);
    return token && token.exp > this.nowSeconds() ? token : undefined;
  }

  findApplicationPassword(value: string): ApplicationPasswordRecord | undefined {
    return [...this.#options.state.applicationPasswords.values()].find((record) => record.value === value);
  }

  /** Returns the claims of a JWT if this tenant signed it and it is still valid. */
  verifyJwt(token: string): JsonObject | undefined {
    const { claims, problem } = this.inspectJwt(token);
    return problem === undefined ? claims : undefined;
  }

  inspectJwt(token: string): { readonly claims: JsonObject; readonly problem?: 'invalid' | 'expired' } {
    const unverified = decodeUnverified(token);
    const key = this.#options.signingKeys.find(unverified?.header.kid);
    if (!unverified || !key || !this.#isSigned(unverified, key)) return { claims: {}, problem: 'invalid' };
    const { claims } = unverified;
    if (claims.iss !== this.#options.issuer || this.#revokedJwts.has(token)) return { claims, problem: 'invalid' };
    if (typeof claims.exp !== 'number') return { claims, problem: 'invalid' };
    return claims.exp > this.nowSeconds() ? { claims } : { claims, problem: 'expired' };
  }

  /** With the algorithm of the API that the token is for. */
  #isSigned(unverified: UnverifiedJwt, { publicKey }: SigningPair): boolean {
    const audiences = [unverified.claims.aud].flat();
    const api = [...this.#options.state.resourceServers.values()].find(({ identifier }) =>
      audiences.includes(identifier),
    );
    const alg = api?.signing_alg === 'PS256' || api?.signing_alg === 'HS256' ? api.signing_alg : 'RS256';
    if (alg === 'HS256' && api?.signing_secret === undefined) return false;
    return isSignedWith(alg, unverified, { publicKey, secret: api?.signing_secret });
  }

  /** Revokes a token of any kind, or an app specific password. */
  revoke(token: string): void {
    const applicationPassword = this.findApplicationPassword(token);
    if (applicationPassword) this.#options.state.applicationPasswords.delete(applicationPassword.id);
    else if (!this.#opaque.delete(token)) this.#revokedJwts.add(token);
  }

  nowSeconds(): number {
    return Math.floor(this.#options.now() / 1000);
  }
}
