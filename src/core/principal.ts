/** The verified identity behind a credential. */
import { hash } from 'node:crypto';

/** The token type of an app specific password in an introspection response. */
export const APPLICATION_SPECIFIC_PASSWORD = 'application_specific_password_token';
/** The token type that we give every access token, JWT or opaque, whatever the server calls it. */
export const ACCESS_TOKEN = 'access_token';

export type TokenType = typeof APPLICATION_SPECIFIC_PASSWORD | typeof ACCESS_TOKEN;

const MOST_CHARACTERS = 512;
const CONTROL_CHARACTER = /\p{Cc}/u;

/** What a claim of the issuer must be, such as the subject of a principal. Who is accepted with a subject can be revoked by it. */
export const CLAIM_TEXT = `a string of at most ${MOST_CHARACTERS} characters without control characters`;

/** Whether a value is `CLAIM_TEXT`. */
export function isClaimText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MOST_CHARACTERS && !CONTROL_CHARACTER.test(value);
}

/** The key or certificate that a token is bound to: the claim `cnf` (RFC 7800). Whoever presents the token must prove possession of it. */
export interface Confirmation {
  /** `jkt`: the SHA-256 thumbprint of a key (RFC 9449 section 6.1). */
  readonly jwkThumbprint?: string | undefined;
  /** `x5t#S256`: the SHA-256 thumbprint of a certificate (RFC 8705 section 3.1). */
  readonly certificateThumbprint?: string | undefined;
}

/** Whether tokens that are bound to a key or certificate are accepted. `off`: they are refused. `required`: nothing else is accepted. */
export type BindingMode = 'off' | 'accepted' | 'required';

/** A verified identity, and what it may do. */
export interface Principal {
  /** The identity: always `sub`, never the name that the caller gave. */
  readonly subject: string;
  readonly username: string | undefined;
  /** Only compared with the name that a caller gives with Basic. Absent if the issuer says that it is not verified. */
  readonly email?: string | undefined;
  readonly scopes: readonly string[];
  readonly tokenType: TokenType;
  readonly clientId: string | undefined;
  readonly organizationId: string | undefined;
  readonly issuer: string;
  /** Epoch seconds. App specific passwords have none. */
  readonly expiresAt: number | undefined;
  /** Epoch seconds. Only of a JWT that was verified here. */
  readonly issuedAt?: number | undefined;
  /** The accepted audiences that the token is for. Absent if only one is accepted. */
  readonly audiences?: readonly string[] | undefined;
  /** What the token is bound to. Absent if anybody who has it may use it. */
  readonly confirmation?: Confirmation | undefined;
  /** The claims that the configuration passes on to the backend, by name. */
  readonly claims?: Readonly<Record<string, string>> | undefined;
  /** Who acts for the subject: the claim `act` as JSON (RFC 8693 section 4.1). */
  readonly actor?: string | undefined;
}

/** The keys under which a backend receives the principal. Every key is always present; an unknown value is `""`. */
export const PRINCIPAL_KEYS = ['sub', 'username', 'scope', 'token_type', 'client_id', 'org_id', 'iss', 'exp'] as const;

/** The key under which a backend receives the actor, if the token has one. */
export const ACTOR_KEY = 'act';
/** The key under which a backend receives the signed principal, if the configuration says so. */
export const TOKEN_KEY = 'token';
/** The key under which a backend receives one of the claims that the configuration passes on. */
export type ClaimKey = `claim_${string}`;

/** The principal as a backend receives it. */
export type PrincipalContext = Readonly<
  Record<(typeof PRINCIPAL_KEYS)[number], string> &
    Partial<Record<typeof ACTOR_KEY | typeof TOKEN_KEY | ClaimKey, string>>
>;

/** `https://demo.api/roles` becomes `claim_https_demo_api_roles`. The configuration may not have two names with the same key. */
export function claimKey(name: string): ClaimKey {
  return `claim_${name.toLowerCase().replace(/[^a-z0-9]+/g, '_')}`;
}

/** The part of the context that only some tokens and configurations have: the actor and the claims. */
export function claimContext({ actor, claims }: Pick<Principal, 'actor' | 'claims'>): Readonly<Record<string, string>> {
  if (actor === undefined && !claims) return {};
  const entries = Object.entries(claims ?? {}).map(([name, text]) => [claimKey(name), text]);
  return { ...(actor !== undefined && { [ACTOR_KEY]: actor }), ...Object.fromEntries(entries) };
}

/** Reads the principal from an authorizer's context, and leaves out what API Gateway adds. Every one of `PRINCIPAL_KEYS` is there. */
export function principalOf(context: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  const others = Object.keys(context).filter((key) => /^(?:act|token|claim_[a-z0-9_]+)$/.test(key));
  return Object.fromEntries([...PRINCIPAL_KEYS, ...others].map((key) => [key, String(context[key] ?? '')]));
}

/** Drops whole scopes at the end, so that none is cut in two. A scope has only ASCII letters that JSON writes as they are. */
export function boundedScope(scopes: readonly string[], maximumLength: number): string {
  const scope = scopes.join(' ');
  return scope.length <= maximumLength ? scope : scope.slice(0, scope.lastIndexOf(' ', maximumLength) + 1).trimEnd();
}

/** What a log shows instead of a subject. It is the same in every log, so that all lines about one user can be found. */
export function subjectDigest(subject: string): string {
  return hash('sha256', subject, 'base64url').slice(0, 16);
}
