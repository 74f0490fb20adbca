/**
 * Validates the claims of a JWT or of an introspection response: their types, issuer, audience and times. The claims
 * are `unknown` here. The caller must make sure that they come from the issuer.
 */
import type { Clock } from '../core/clock.ts';
import { CredentialError } from '../core/errors.ts';
import { isJsonObject, type JsonObject } from '../core/json.ts';
import { CLAIM_TEXT, type Confirmation, isClaimText } from '../core/principal.ts';

/** The issuer and audience that every credential must have. */
export interface Expectations {
  /** Compared exactly, trailing slash included. */
  readonly issuer: string;
  /** The token must be for one of them. */
  readonly audiences: readonly string[];
  /** All audiences of the API, if it has several. The claims then say which of them the token is for. */
  readonly apiAudiences?: readonly string[] | undefined;
  readonly clock: Clock;
  /** How far the server's clock may be from ours, in seconds. */
  readonly clockToleranceSeconds: number;
  /** Whether the claim `scp` may name the scopes. @default false */
  readonly mayUseScp?: boolean;
  /** The names of the claims that the backend receives. @default none */
  readonly contextClaims?: readonly string[];
}

/** Claims with the right types, issuer and audience, that are valid now. */
export interface Claims {
  readonly sub: string;
  readonly iss: string;
  /** Present only if the API has several. */
  readonly audiences: readonly string[] | undefined;
  readonly exp: number | undefined;
  readonly iat: number | undefined;
  readonly scopes: readonly string[];
  readonly permissions: readonly string[];
  readonly username: string | undefined;
  readonly clientId: string | undefined;
  readonly organizationId: string | undefined;
  readonly confirmation: Confirmation | undefined;
}

/** RFC 6749 section 3.3, `scope-token`. */
const SCOPE_TOKEN = /^[\x21\x23-\x5B\x5D-\x7E]+$/;

/**
 * Validates the claims of a JWT or of an active introspection response.
 *
 * @throws CredentialError `claims_malformed`, `issuer_mismatch`, `audience_mismatch`, `token_expired`,
 *   `token_not_yet_valid` or `token_sender_constrained` (bound in an unknown way)
 * @see RFC 7519 section 4.1, RFC 7662 section 2.2
 */
export function validateClaims(unverifiedClaims: unknown, expected: Expectations): Claims {
  if (!isJsonObject(unverifiedClaims))
    throw new CredentialError('claims_malformed', 'The claims are not a JSON object.');
  const iss = requiredText(unverifiedClaims, 'iss');
  if (iss !== expected.issuer) throw new CredentialError('issuer_mismatch', 'The issuer is not the configured one.');
  const tokenAudiences = listed(unverifiedClaims.aud);
  if (!expected.audiences.some((audience) => tokenAudiences.includes(audience))) {
    throw new CredentialError('audience_mismatch', 'The audience does not include the configured one.');
  }
  const exp = validateTime(unverifiedClaims, expected);
  return {
    sub: requiredText(unverifiedClaims, 'sub'),
    iss,
    audiences: expected.apiAudiences?.filter((audience) => tokenAudiences.includes(audience)),
    exp,
    iat: epochSeconds(unverifiedClaims, 'iat'),
    scopes: scopesOf(unverifiedClaims, expected),
    permissions: scopeList(unverifiedClaims.permissions, 'permissions'),
    username: text(unverifiedClaims, 'username'),
    clientId: text(unverifiedClaims, 'client_id') ?? text(unverifiedClaims, 'azp'),
    organizationId: text(unverifiedClaims, 'org_id'),
    confirmation: confirmationOf(unverifiedClaims.cnf),
  };
}

function validateTime(claims: JsonObject, { clock, clockToleranceSeconds }: Expectations): number | undefined {
  const nowSeconds = clock() / 1000;
  const exp = epochSeconds(claims, 'exp');
  const nbf = epochSeconds(claims, 'nbf');
  if (exp !== undefined && exp + clockToleranceSeconds <= nowSeconds) {
    throw new CredentialError('token_expired', 'The token has expired.');
  }
  if (nbf !== undefined && nbf - clockToleranceSeconds > nowSeconds) {
    throw new CredentialError('token_not_yet_valid', 'The token is not valid yet.');
  }
  return exp;
}

/**
 * Reads what a token is bound to. A binding that nobody here can check makes the token unusable.
 *
 * @see RFC 7800 section 3.1, RFC 8705 section 3.1, RFC 9449 section 6.1
 */
function confirmationOf(cnf: unknown): Confirmation | undefined {
  if (cnf === undefined || cnf === null) return undefined;
  const { jkt, 'x5t#S256': x5t, ...others } = isJsonObject(cnf) ? cnf : { cnf };
  const hasOne = jkt !== undefined || x5t !== undefined;
  if (hasOne && isOptionalThumbprint(jkt) && isOptionalThumbprint(x5t) && Object.keys(others).length === 0)
    return { jwkThumbprint: jkt, certificateThumbprint: x5t };
  throw new CredentialError('token_sender_constrained', 'The token is bound in a way that cannot be checked.');
}

/** SHA-256 as base64url. */
function isOptionalThumbprint(value: unknown): value is string | undefined {
  return value === undefined || (typeof value === 'string' && /^[\w-]{43}$/.test(value));
}

function epochSeconds(claims: JsonObject, name: string): number | undefined {
  const value = claims[name];
  // Some servers write `null` for a claim that the token does not have.
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number' || !Number.isFinite(value)) throw malformedClaim(name, 'a number');
  return value;
}

function requiredText(claims: JsonObject, name: string): string {
  const value = text(claims, name);
  if (value === undefined || value === '') throw malformedClaim(name, 'a non-empty string');
  return value;
}

function text(claims: JsonObject, name: string): string | undefined {
  const value = claims[name];
  if (value === undefined || value === null) return undefined;
  if (!isClaimText(value)) throw malformedClaim(name, CLAIM_TEXT);
  return value;
}

function listed(aud: unknown): readonly unknown[] {
  return Array.isArray(aud) ? aud : [aud];
}

function scopesOf({ scope, scp }: JsonObject, { mayUseScp = false }: Expectations): readonly string[] {
  if (!mayUseScp || (scope !== undefined && scope !== null)) return scopeTokens(scope, 'scope');
  return Array.isArray(scp) ? scopeList(scp, 'scp') : scopeTokens(scp, 'scp');
}

/** Drops everything that is not a scope-token. This can only take rights away. */
function scopeTokens(scope: unknown, name: string): readonly string[] {
  if (scope === undefined || scope === null) return [];
  if (typeof scope !== 'string') throw malformedClaim(name, 'a string');
  return scope.split(' ').filter((token) => SCOPE_TOKEN.test(token));
}

function scopeList(list: unknown, name: string): readonly string[] {
  if (list === undefined || list === null) return [];
  if (!Array.isArray(list)) throw malformedClaim(name, 'an array');
  return list.filter((entry): entry is string => typeof entry === 'string' && SCOPE_TOKEN.test(entry));
}

/** The error for a claim of the wrong kind. */
export function malformedClaim(claim: string, expectation: string): CredentialError {
  return new CredentialError('claims_malformed', `The claim "${claim}" is not ${expectation}.`);
}
