/**
 * Reads the response to a password grant, and sorts errors by who is at fault. If it is the user, the login is refused. If it
 * is us or the server, the response says nothing about the user.
 */
import { CredentialError, IssuerError } from '../core/errors.ts';
import type { HttpResponse } from '../core/http.ts';
import { isJsonObject, parseJson } from '../core/json.ts';
import { type OAuthError, oauthErrorOf } from './oauth-error.ts';

/** Errors that refuse this user for a reason other than a wrong password. */
const USER_REFUSALS = new Set([
  'mfa_required',
  'mfa_registration_required',
  'password_leaked',
  'password_expired',
  'too_many_attempts',
  'requires_verification',
  'unauthorized',
  'access_denied',
]);
/** Errors in our request, or at the server. */
const FAULTS = new Set([
  'invalid_request',
  'invalid_scope',
  'unsupported_grant_type',
  'server_error',
  'temporarily_unavailable',
]);
/** Statuses with which the server refuses logins, even with error codes that we do not know. */
const REFUSING_STATUSES = new Set([401, 403, 500]);
/** Descriptions of an `access_denied` that is about the API or the client, not the user. */
const NOT_ABOUT_THE_USER = /^(?:Service not found|Client is not authorized)\b/i;

/** Auth0's description of an `invalid_request` that is about one user, after the right password. */
const NO_MEMBER = /\buser does not belong to any organization\b/i;

/** The longest code that a message repeats. */
const LONGEST_CODE = 64;

/**
 * Reads the access token, or throws an error that says who is at fault.
 *
 * @param secrets what the request contained and no message may repeat
 * @throws CredentialError `password_wrong`, or `login_refused` if the user may not log in for another reason
 * @throws IssuerError `issuer_client_refused`, `issuer_refused` or `issuer_malformed`
 * @see RFC 6749 sections 4.3 and 5, https://auth0.com/docs/api/authentication/resource-owner-password-flow
 */
export function accessTokenOf(response: HttpResponse, secrets: readonly string[]): string {
  const { status, body } = response;
  if (status === 200) return tokenIn(body);
  const error = oauthErrorOf(response);
  if (error?.code === 'invalid_grant') throw new CredentialError('password_wrong', 'Wrong username or password.');
  if (isClientRefusal(response)) throw clientRefused(status, error);
  const shown = shownStatus(status, error, secrets);
  if (error && isAboutTheUser(status, error)) {
    throw new CredentialError('login_refused', `The server does not let this user log in: ${shown}.`);
  }
  throw refused(shown, error);
}

/**
 * Returns whether the server refused our client, or the client's use of the API. At some tenants, a wrong client secret looks
 * like a refused user: 401 `access_denied`.
 */
export function isClientRefusal(response: HttpResponse): boolean {
  const error = oauthErrorOf(response);
  if (!error) return false;
  if (error.code !== 'access_denied') return error.code === 'invalid_client' || error.code === 'unauthorized_client';
  return response.status === 401 || NOT_ABOUT_THE_USER.test(error.description);
}

/** Returns whether a 429 comes from the brute-force protection, which blocks only this user, and is not a rate limit. */
export function isBlockedUser(response: HttpResponse): boolean {
  return response.status === 429 && oauthErrorOf(response)?.code === 'too_many_attempts';
}

/** A refusal with an unknown code must look like any other: a 503 would reveal that the password was right. */
function isAboutTheUser(status: number, { code, description }: OAuthError): boolean {
  if (code === 'invalid_request' && NO_MEMBER.test(description)) return true;
  return USER_REFUSALS.has(code) || (REFUSING_STATUSES.has(status) && !FAULTS.has(code));
}

function tokenIn(body: string): string {
  const value = parseJson(body);
  const token = isJsonObject(value) ? value.access_token : undefined;
  if (typeof token === 'string' && token !== '') return token;
  throw new IssuerError('issuer_malformed', 'The token response has no "access_token".');
}

function clientRefused(status: number, error: OAuthError | undefined): IssuerError {
  return new IssuerError(
    'issuer_client_refused',
    `The server refused the password grant's client (${status} ${error?.code}). Check its id and secret, that the grant is enabled for it, and that it may use the API.`,
  );
}

function refused(shown: string, error: OAuthError | undefined): IssuerError {
  return new IssuerError('issuer_refused', `The token endpoint responded with ${shown}.${fixFor(error)}`);
}

/** The status and the error's code, unless a part of that could be a secret. Nothing else in the response may be repeated. */
function shownStatus(status: number, error: OAuthError | undefined, secrets: readonly string[]): string {
  const code = error?.code ?? '';
  const isKnown = USER_REFUSALS.has(code) || FAULTS.has(code);
  const isHarmless =
    code !== '' && code.length <= LONGEST_CODE && !partsOf(secrets).some((part) => code.includes(part));
  return isKnown || isHarmless ? `${status} (${code})` : String(status);
}

/** Words of two characters or less are in many codes, and tell nothing. */
function partsOf(secrets: readonly string[]): readonly string[] {
  return secrets.flatMap((secret) => secret.toLowerCase().split(/[^a-z0-9]+/)).filter((part) => part.length > 2);
}

function fixFor(error: OAuthError | undefined): string {
  if (error?.code === 'server_error')
    return ' Check that the tenant has a default directory, or name a "connection" in the secret of the client.';
  if (error?.code === 'invalid_scope') return ' Check that the resource server has each scope that "routes" names.';
  if (error?.code === 'invalid_request' && /\borganization\b/i.test(error.description))
    return ' The client requires an organization, which a login with a password does not name. Let individual users log in to the client, or use another client.';
  return '';
}
