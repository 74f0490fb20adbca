/** Mints credentials for tests and for the printed examples: valid ones, and ones with any flaw. */
import type { MintAlgorithm, SigningPair } from './jwt.ts';
import type { TenantParts } from './parts.ts';
import type { ApplicationPasswordRecord, JsonObject } from './records.ts';

const DEFAULT_LIFETIME_SECONDS = 3_600;
const DEFAULT_SCOPE = 'read:foo';
const DEFAULT_AUDIENCE = 'https://demo.api';
const DEFAULT_CLIENT = 'local-web-client';

interface MintOptions {
  /** @default the first user */
  readonly userId?: string;
  /** Separated by spaces. @default 'read:foo' */
  readonly scope?: string;
  /** @default the demo API */
  readonly audience?: string;
}

interface MintTokenOptions extends MintOptions {
  readonly clientId?: string;
  /** A negative value makes an expired token. @default 3600 */
  readonly expiresInSeconds?: number;
}

interface MintJwtOptions extends Omit<MintTokenOptions, 'audience'> {
  readonly audience?: string | readonly string[];
  readonly issuer?: string;
  /** The `kid` in the header. The tenant's key with that name signs; if there is none, the current key signs. */
  readonly kid?: string;
  /** HS256 uses the public key's PEM as its secret. @default 'RS256' */
  readonly alg?: MintAlgorithm;
  readonly typ?: string;
  /** Signs with a key that the tenant does not own. */
  readonly signWith?: SigningPair;
  /** Merged over the usual claims; `undefined` removes a claim. */
  readonly claims?: JsonObject;
}

export interface Mint {
  mintJwt(options?: MintJwtOptions): string;
  mintOpaque(options?: MintTokenOptions): string;
  mintRefresh(options?: MintTokenOptions): string;
  /** The secret is the member `value`. */
  mintApplicationPassword(options?: MintOptions & { readonly label?: string }): ApplicationPasswordRecord;
  /** Revokes any of these credentials. */
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
