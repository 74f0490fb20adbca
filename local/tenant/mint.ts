/** Makes credentials on order for tests and for the printed examples: good ones, and ones wrong in any way that one likes. */
import type { MintAlgorithm, SigningPair } from './jwt.ts';
import type { TenantParts } from './parts.ts';
import type { ApplicationPasswordRecord, JsonObject } from './records.ts';

const DEFAULT_LIFETIME_SECONDS = 3_600;
const DEFAULT_SCOPE = 'read:foo';
const DEFAULT_AUDIENCE = 'https://demo.api';
const DEFAULT_CLIENT = 'local-web-client';

interface MintOptions {
  /** The first user when absent. */
  readonly userId?: string;
  /** Space separated; `read:foo` when absent. */
  readonly scope?: string;
  /** The demo API when absent. */
  readonly audience?: string;
}

interface MintTokenOptions extends MintOptions {
  readonly clientId?: string;
  /** 3600 when absent; negative makes an expired token. */
  readonly expiresInSeconds?: number;
}

interface MintJwtOptions extends Omit<MintTokenOptions, 'audience'> {
  readonly audience?: string | readonly string[];
  readonly issuer?: string;
  /** What the header says; the tenant's key of that name signs, or the current one when there is none. */
  readonly kid?: string;
  /** RS256 when absent; HS256 uses the public key's PEM as its secret. */
  readonly alg?: MintAlgorithm;
  readonly typ?: string;
  /** Signs with a key that the tenant does not own. */
  readonly signWith?: SigningPair;
  /** Added to the usual claims, over them; undefined takes a claim out. */
  readonly claims?: JsonObject;
}

export interface Mint {
  mintJwt(options?: MintJwtOptions): string;
  mintOpaque(options?: MintTokenOptions): string;
  mintRefresh(options?: MintTokenOptions): string;
  /** The answer's `value` is the secret. */
  mintApplicationPassword(options?: MintOptions & { readonly label?: string }): ApplicationPasswordRecord;
  /** Makes any of them worthless. */
  revoke(token: string): void;
}

export function createMint({ issuer, state, tokens }: TenantParts): Mint {
  const firstUser = () => [...state.users.keys()][0] ?? '';

  function mintOpaqueAs(use: 'access' | 'refresh', options: MintTokenOptions): string {
    const { userId = firstUser(), clientId = DEFAULT_CLIENT, audience = DEFAULT_AUDIENCE } = options;
    const { scope = DEFAULT_SCOPE, expiresInSeconds = DEFAULT_LIFETIME_SECONDS } = options;
    return tokens.issueOpaque({ use, sub: userId, clientId, audience, scope }, expiresInSeconds);
  }

  return {
    mintJwt(options = {}) {
      const { userId = firstUser(), clientId = DEFAULT_CLIENT, audience = DEFAULT_AUDIENCE } = options;
      const { scope = DEFAULT_SCOPE, expiresInSeconds = DEFAULT_LIFETIME_SECONDS } = options;
      const iat = tokens.nowSeconds();
      const usual = { iss: options.issuer ?? issuer, sub: userId, aud: audience, iat, exp: iat + expiresInSeconds };
      return tokens.issueJwt({ ...options, claims: { ...usual, scope, azp: clientId, ...options.claims } });
    },
    mintOpaque: (options = {}) => mintOpaqueAs('access', options),
    mintRefresh: (options = {}) => mintOpaqueAs('refresh', options),
    mintApplicationPassword(options = {}) {
      const { userId = firstUser(), audience = DEFAULT_AUDIENCE, scope = DEFAULT_SCOPE, label = 'minted' } = options;
      return tokens.issueApplicationPassword({ userId, label, audience, scope: scope.split(' ') });
    },
    revoke: (token) => tokens.revoke(token),
  };
}
