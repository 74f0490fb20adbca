/** Mints credentials for tests and for the printed examples: valid ones, and ones with any flaw. */
import type { KeyObject } from 'node:crypto';
import { encryptJwt } from './encrypted-token.ts';
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
  /** What the token is bound to. @default a Bearer token */
  readonly cnf?: Confirmation | undefined;
  /** Who acts for the user (RFC 8693 section 4.1). */
  readonly act?: JsonObject;
  readonly orgId?: string;
  readonly orgName?: string;
  /** Merged over the usual claims; `undefined` removes a claim. Of an opaque token: further members of its introspection. */
  readonly claims?: JsonObject;
}

export type Confirmation = {
  /** The thumbprint of the key for DPoP (RFC 9449 section 6). */
  readonly jkt?: string;
  /** The thumbprint of the client certificate (RFC 8705 section 3.1). */
  readonly 'x5t#S256'?: string;
};

interface MintJwtOptions extends Omit<MintTokenOptions, 'audience'> {
  readonly audience?: string | readonly string[];
  readonly issuer?: string;
  /** The `kid` in the header. The tenant's key with that name signs; if there is none, the current key signs. */
  readonly kid?: string;
  /** HS256 uses the public key's PEM as its secret, unless there is a `secret`. @default 'RS256' */
  readonly alg?: MintAlgorithm;
  readonly secret?: string;
  readonly typ?: string;
  /** Signs with a key that the tenant does not own. */
  readonly signWith?: SigningPair;
}

interface MintEncryptedOptions extends MintJwtOptions {
  /** The key of the API. @default one of the tenant, because nobody here decrypts the token */
  readonly encryptTo?: KeyObject;
}

export interface Mint {
  mintJwt(options?: MintJwtOptions): string;
  /** A JWT inside a JWE: five parts. */
  mintEncrypted(options?: MintEncryptedOptions): string;
  mintOpaque(options?: MintTokenOptions): string;
  mintRefresh(options?: MintTokenOptions): string;
  /** The secret is the member `value`. */
  mintApplicationPassword(options?: MintOptions & { readonly label?: string }): ApplicationPasswordRecord;
  /** Revokes any of these credentials. */
  revoke(token: string): void;
}

export function createMint({ issuer, state, tokens, signingKeys }: TenantParts): Mint {
  const firstUser = () => [...state.users.keys()][0] ?? '';

  function mintJwt(options: MintJwtOptions = {}): string {
    const { userId = firstUser(), clientId = DEFAULT_CLIENT, audience = DEFAULT_AUDIENCE } = options;
    const { scope = DEFAULT_SCOPE, expiresInSeconds = DEFAULT_LIFETIME_SECONDS, cnf } = options;
    const iat = tokens.nowSeconds();
    const usual = { iss: options.issuer ?? issuer, sub: userId, aud: audience, iat, exp: iat + expiresInSeconds };
    const special = { ...(cnf && { cnf }), ...specialClaims(options) };
    return tokens.issueJwt({ ...options, claims: { ...usual, scope, azp: clientId, ...special, ...options.claims } });
  }

  function mintOpaqueAs(use: 'access' | 'refresh', options: MintTokenOptions): string {
    const { userId = firstUser(), clientId = DEFAULT_CLIENT, audience = DEFAULT_AUDIENCE } = options;
    const { scope = DEFAULT_SCOPE, expiresInSeconds = DEFAULT_LIFETIME_SECONDS, cnf } = options;
    const claims = { ...specialClaims(options), ...options.claims };
    return tokens.issueOpaque({ use, sub: userId, clientId, audience, scope, cnf, claims }, expiresInSeconds);
  }

  return {
    mintJwt,
    mintEncrypted: ({ encryptTo = signingKeys.current.publicKey, ...options } = {}) =>
      encryptJwt(mintJwt(options), { alg: 'RSA-OAEP-256', key: encryptTo }),
    mintOpaque: (options = {}) => mintOpaqueAs('access', options),
    mintRefresh: (options = {}) => mintOpaqueAs('refresh', options),
    mintApplicationPassword(options = {}) {
      const { userId = firstUser(), audience = DEFAULT_AUDIENCE, scope = DEFAULT_SCOPE, label = 'minted' } = options;
      return tokens.issueApplicationPassword({ userId, label, audience, scope: scope.split(' ') });
    },
    revoke: (token) => tokens.revoke(token),
  };
}

function specialClaims({ act, orgId, orgName }: Pick<MintTokenOptions, 'act' | 'orgId' | 'orgName'>): JsonObject {
  return { ...(act && { act }), ...(orgId && { org_id: orgId }), ...(orgName && { org_name: orgName }) };
}
