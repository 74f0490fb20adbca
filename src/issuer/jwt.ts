/**
 * Verifies a JWT access token with the issuer's public keys. It requires a strict header without critical extensions, a known kind of
 * token, and `exp`. Until the last line of `verify`, everything read from the token is unverified.
 */
import { CredentialError } from '../core/errors.ts';
import { isJsonObject, type JsonObject, parseJson } from '../core/json.ts';
import { ACCESS_TOKEN, type Principal } from '../core/principal.ts';
import { COMPACT_JWS } from '../jws/compact-jws.ts';
import { isSignatureOf } from '../jws/signature-algorithms.ts';
import { backendClaims } from './backend-claims.ts';
import { type Claims, type Expectations, validateClaims } from './claims.ts';
import type { CallContext } from './issuer-endpoint.ts';
import type { IssuerKey, Jwks } from './jwks.ts';

export interface JwtSettings {
  readonly jwks: Jwks;
  readonly expected: Expectations;
  /** Treat `permissions` (Auth0's role-based access control) as scopes. */
  readonly permissionsAsScopes: boolean;
}

/** RFC 7519 section 5.1 and RFC 9068 section 4; other types, such as logout, ID or DPoP tokens, are not access tokens. */
const ACCESS_TOKEN_TYPES = new Set(['jwt', 'at+jwt', 'application/jwt', 'application/at+jwt']);

/**
 * Returns whether a Bearer token has the three parts of a JWS in compact form, and is therefore verified here.
 *
 * @see RFC 7515 section 7.1
 */
export function isCompactJws(token: string): boolean {
  return token.split('.', 4).length === 3;
}

/**
 * Returns whether a token is a JWE in compact form, so that nobody here can read it.
 *
 * @see RFC 7516 section 7.1
 */
export function isCompactJwe(token: string): boolean {
  const [header = '', ...others] = token.split('.', 6);
  if (others.length !== 4) return false;
  const value = parseJson(Buffer.from(header, 'base64url').toString());
  return isJsonObject(value) && 'enc' in value;
}

/** The issuer that a token claims; `undefined` if it claims none. Use it only to choose who verifies the token. */
export function unverifiedIssuer(token: string): string | undefined {
  const payload = parseJson(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
  return isJsonObject(payload) && typeof payload.iss === 'string' ? payload.iss : undefined;
}

/** Verifies JWTs of one issuer for one audience. */
export class JwtVerifier {
  readonly #settings: JwtSettings;

  constructor(settings: JwtSettings) {
    this.#settings = settings;
  }

  /**
   * Verifies a JWT access token. The claims are validated before the key is fetched, so that a token for another
   * API costs no call.
   *
   * @throws CredentialError for any token that is not a valid access token
   * @throws IssuerError if its key is not cached and cannot be fetched
   * @see RFC 8725, RFC 9068 section 4
   */
  async verify(token: string, context: CallContext): Promise<Principal> {
    const { jwks, expected, permissionsAsScopes } = this.#settings;
    const { unverifiedHeader, unverifiedPayload } = decompose(token);
    const kid = validateHeader(unverifiedHeader);
    const claims = validateClaims(unverifiedPayload, expected);
    if (claims.exp === undefined) throw new CredentialError('claims_malformed', 'The claim "exp" is missing.');
    verifySignature(token, unverifiedHeader, await jwks.key(kid, context));
    return { ...toPrincipal(claims, permissionsAsScopes), ...backendClaims(unverifiedPayload, expected) };
  }
}

function decompose(token: string) {
  const parts = token.split('.');
  const unverifiedHeader = parsePart(parts[0]);
  if (!isJsonObject(unverifiedHeader)) throw malformed();
  // Before the check of the whole token, because "alg":"none" comes with an empty signature.
  assertAsymmetric(unverifiedHeader.alg);
  const unverifiedPayload = parsePart(parts[1]);
  if (!COMPACT_JWS.test(token) || !isJsonObject(unverifiedPayload)) throw malformed();
  return { unverifiedHeader, unverifiedPayload };
}

function parsePart(part = ''): unknown {
  return parseJson(Buffer.from(part, 'base64url').toString());
}

function validateHeader({ typ, crit, kid }: JsonObject): string {
  if (typ !== undefined && (typeof typ !== 'string' || !ACCESS_TOKEN_TYPES.has(typ.toLowerCase()))) {
    throw new CredentialError('token_type_refused', 'The "typ" of the header is not that of an access token.');
  }
  // RFC 7515 section 4.1.11: critical extensions that are not understood must be refused. We understand none.
  if (crit !== undefined) throw new CredentialError('token_malformed', 'The header has critical extensions.');
  if (typeof kid !== 'string') throw new CredentialError('key_unknown', 'The header has no "kid".');
  return kid;
}

function assertAsymmetric(alg: unknown): void {
  if (typeof alg === 'string' && /^(?:RS|PS|ES)(?:256|384|512)$|^Ed(?:DSA|25519)$/.test(alg)) return;
  if (typeof alg === 'string' && /^HS(?:256|384|512)$/.test(alg)) {
    throw new CredentialError(
      'algorithm_symmetric',
      'The token is signed with a shared secret. Set the signing algorithm of the API to RS256 or PS256.',
    );
  }
  throw new CredentialError(
    'algorithm_refused',
    'Expected RS, PS or ES with 256, 384 or 512, such as RS256, or EdDSA.',
  );
}

function verifySignature(token: string, { alg }: JsonObject, key: IssuerKey): void {
  if (typeof alg !== 'string' || !key.algorithms.includes(alg)) {
    throw new CredentialError('algorithm_refused', 'The key is not for the algorithm that the header names.');
  }
  const end = token.lastIndexOf('.');
  const signature = Buffer.from(token.slice(end + 1), 'base64url');
  if (isSignatureOf(key.publicKey, alg, token.slice(0, end), signature)) return;
  throw new CredentialError('signature_invalid', 'The signature does not match.');
}

function toPrincipal(claims: Claims, permissionsAsScopes: boolean): Principal {
  const granted = permissionsAsScopes ? [...claims.scopes, ...claims.permissions] : claims.scopes;
  return {
    subject: claims.sub,
    username: claims.username,
    scopes: [...new Set(granted)],
    tokenType: ACCESS_TOKEN,
    clientId: claims.clientId,
    organizationId: claims.organizationId,
    issuer: claims.iss,
    audiences: claims.audiences,
    expiresAt: claims.exp,
    issuedAt: claims.iat,
    confirmation: claims.confirmation,
  };
}

function malformed(): CredentialError {
  return new CredentialError('token_malformed', 'The token is not a JWS in compact form with a JSON payload.');
}
