/**
 * The types of the tenant's records. Names on the wire are Auth0's own. Records are replaced, never changed in place.
 */

export type JsonObject = Readonly<Record<string, unknown>>;

interface ScopeRecord {
  readonly value: string;
  readonly description?: string;
}

export interface ResourceServerRecord {
  readonly id: string;
  readonly identifier: string;
  /** Absent if it was never set. */
  readonly name?: string;
  /** Absent if no scope was ever set. */
  readonly scopes?: readonly ScopeRecord[];
  /** Absent if `false`. */
  readonly is_system?: boolean;
  readonly allow_offline_access?: boolean;
  /** Seconds. */
  readonly token_lifetime?: number;
  /** The algorithm of access tokens: `RS256` (default), `PS256`, or `HS256` with `signing_secret`. */
  readonly signing_alg?: string;
  readonly signing_secret?: string;
  /** `access_token` (default) or `rfc9068_profile`; with `_authz` at the end, tokens have `permissions`. */
  readonly token_dialect?: string;
  /** `{mechanism: 'dpop' | 'mtls', required: boolean, required_for?: 'public_clients' | 'all_clients'}`. */
  readonly proof_of_possession?: unknown;
  /** `{format: 'compact-nested-jwe', encryption_key: {alg, pem, kid?, name?}}`. */
  readonly token_encryption?: unknown;
  /** A JWK (JSON text or object), a PEM certificate or a PEM public key. */
  readonly verificationKey?: unknown;
  /** `[{kid, pem}]`. */
  readonly verificationKeys?: unknown;
  /** The URL of a JWKS. */
  readonly verificationLocation?: unknown;
  readonly [property: string]: unknown;
}

export interface ClientRecord {
  readonly client_id: string;
  readonly name: string;
  /** Absent for a public client. Not accepted from a client with credentials. */
  readonly client_secret?: string;
  /** The public keys of a client that authenticates with `private_key_jwt`. The API shows only their ids. */
  readonly credentials?: readonly ClientCredentialRecord[];
  readonly app_type: 'non_interactive' | 'regular_web' | 'native' | 'spa';
  readonly grant_types: readonly string[];
  readonly is_token_endpoint_ip_header_trusted?: boolean;
  /** Where the login page may send users back to, compared character by character. */
  readonly callbacks?: readonly string[];
  /** Where a logout may send users to, compared character by character. */
  readonly allowed_logout_urls?: readonly string[];
  /** The origins of pages that may call the tenant from a browser, and receive responses by `postMessage`. */
  readonly web_origins?: readonly string[];
  /** @default a refresh token is used many times */
  readonly refresh_token?: { readonly rotation_type: 'rotating' | 'non-rotating' };
}

/** A public key that is registered for a client. */
export interface ClientCredentialRecord {
  readonly id: string;
  /** Made by the tenant. An assertion need not name it. */
  readonly kid: string;
  /** A public key or a certificate. */
  readonly pem: string;
  readonly alg: 'RS256' | 'RS384' | 'PS256';
}

export interface ClientGrantRecord {
  readonly id: string;
  /** Absent for a grant that does not belong to one client. */
  readonly client_id?: string;
  readonly audience: string;
  readonly scope: readonly string[];
  /** Absent means `client`; the API always returns it. */
  readonly subject_type?: 'client' | 'user' | 'anonymous_user';
  /** If `true`, the API returns no `scope`. */
  readonly allow_all_scopes?: boolean;
  /** Whether tokens of this grant may or must be for an organization. @default 'deny' */
  readonly organization_usage?: 'deny' | 'allow' | 'require';
  readonly allow_any_organization?: boolean;
  readonly [property: string]: unknown;
}

export interface ConnectionRecord {
  readonly id: string;
  readonly name: string;
  readonly strategy: 'auth0';
  readonly enabled_clients: readonly string[];
}

export interface UserRecord {
  readonly user_id: string;
  readonly username: string;
  readonly email: string;
  readonly password: string;
  readonly connection: string;
  readonly email_verified: boolean;
  readonly blocked?: boolean;
  readonly mfa_required?: boolean;
  readonly password_leaked?: boolean;
  readonly requires_verification?: boolean;
  /** An Action denies every login of this user with this status. Real tenants use both. */
  readonly login_denied?: 403 | 500;
  /** The scopes that this user may have, of any API. @default all that the API offers */
  readonly permissions?: readonly string[];
  /** An Action adds these claims to every access token of this user. */
  readonly token_claims?: JsonObject;
}

export interface OrganizationRecord {
  readonly id: string;
  /** Lower case, unique. */
  readonly name: string;
  readonly display_name: string;
  /** The ids of the client grants with which machines get tokens for this organization. */
  readonly client_grants: readonly string[];
}

export interface ApplicationPasswordRecord {
  readonly id: string;
  readonly user_id: string;
  readonly label: string;
  readonly audience: string;
  readonly scope: readonly string[];
  /** The secret itself: sixteen letters. The API returns it only once. */
  readonly value: string;
  /** Milliseconds since the epoch. */
  readonly createdAtMs: number;
  readonly lastAccessedMs?: number;
}

export interface TenantSettings {
  readonly friendly_name: string;
  /** The connection that `grant_type=password` uses; `''` means none. */
  readonly default_directory: string;
  readonly default_audience: string;
  readonly flags: Readonly<Record<string, boolean>>;
  /** Whether requests may name an organization, and tokens have `org_name`. @default false */
  readonly allow_organization_name_in_authentication_api?: boolean;
}

export interface AttackProtection {
  /** Failures of one user from one IP after which that pair is blocked. */
  readonly maxFailedLogins: number;
  readonly blockSeconds: number;
  /**
   * Attempts of one user from one IP, whether right or wrong: the size of the bucket, and how much is refilled per
   * minute.
   */
  readonly loginBurst: number;
  readonly loginsPerMinute: number;
}

export interface RateLimit {
  readonly limit: number;
  readonly windowSeconds: number;
}

export interface Seed {
  readonly settings: TenantSettings;
  readonly attackProtection: AttackProtection;
  readonly rateLimits: { readonly authentication: RateLimit; readonly management: RateLimit };
  readonly connections: readonly ConnectionRecord[];
  readonly clients: readonly ClientRecord[];
  readonly resourceServers: readonly ResourceServerRecord[];
  readonly clientGrants: readonly ClientGrantRecord[];
  readonly users: readonly UserRecord[];
  readonly organizations: readonly OrganizationRecord[];
}
