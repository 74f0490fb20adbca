/**
 * Asks the authorization server whether a username and password are right, by the resource owner password credentials
 * grant (RFC 6749 section 4.3). Each wrong guess counts against the user and our IP, so the same guess is not passed on
 * again for a while, whatever came of the credential otherwise.
 */
import { BoundedMap } from './bounded-map.ts';
import type { Clock } from './clock.ts';
import type { BasicCredential } from './credential.ts';
import type { DigestCredential } from './credential-digest.ts';
import { CredentialError, hasCode, UpstreamError } from './errors.ts';
import type { HttpResponse } from './http.ts';
import { isJsonObject, type JsonObject, parseJson } from './json.ts';
import { type ClientCredentials, RememberedClient } from './remembered-client.ts';
import type { CallContext, Upstream } from './upstream.ts';

/** The confidential client that may use the grant. */
export interface PasswordGrantClient extends ClientCredentials {
  /** Names a connection; without it the tenant's default connection is asked. */
  readonly connection?: string | undefined;
}

export interface PasswordGrantSettings {
  readonly url: string;
  readonly upstream: Upstream;
  /** Reads the client anew; asked once, and again after the server refused it, at most every 30 s. */
  readonly readClient: () => Promise<PasswordGrantClient>;
  readonly audience: string;
  /** Always asked for by name: without, the server would grant every scope of the API. */
  readonly scopes: readonly string[];
  readonly clock: Clock;
  readonly digest: DigestCredential;
}

/** Asked for where no route has a scope: it grants nothing of the API, while to ask for nothing would grant all of it. */
const NO_API_SCOPE = 'openid';
const WRONG_PASSWORD_TTL_MS = 300_000;
const MAXIMUM_WRONG_PASSWORDS = 10_000;

/** Errors that say no to this user for good: the caller learns nothing more than from a wrong password. */
const REFUSALS = new Set([
  'mfa_required',
  'password_leaked',
  'too_many_attempts',
  'requires_verification',
  'unauthorized',
  'access_denied',
]);
const CLIENT_REFUSALS = new Set(['invalid_client', 'unauthorized_client']);

/** The token endpoint, for passwords. */
export class PasswordGrant {
  readonly #settings: PasswordGrantSettings;
  /** Digest of the credential → epoch milliseconds until which it counts as wrong. */
  readonly #wrongUntilMs = new BoundedMap<string, number>(MAXIMUM_WRONG_PASSWORDS);
  readonly #client: RememberedClient<PasswordGrantClient>;

  constructor(settings: PasswordGrantSettings) {
    this.#settings = settings;
    this.#client = new RememberedClient(settings.readClient, settings.clock);
  }

  /**
   * Logs a user in.
   *
   * @returns the access token, which is yet to be judged like any other
   * @throws CredentialError `password_wrong`, or `login_refused` where no other secret would help either
   * @throws UpstreamError for everything else, wrong client settings included
   * @see RFC 6749 sections 4.3 and 5, https://auth0.com/docs/api/authentication/resource-owner-password-flow
   */
  async logIn(credential: BasicCredential, context: CallContext): Promise<string> {
    const { clock, digest } = this.#settings;
    const key = digest(credential);
    if (clock() < (this.#wrongUntilMs.get(key) ?? 0)) throw wrongPassword();
    try {
      return accessToken(await this.#ask(credential, context));
    } catch (error) {
      if (hasCode(error, 'password_wrong')) this.#wrongUntilMs.set(key, clock() + WRONG_PASSWORD_TTL_MS);
      if (hasCode(error, 'upstream_client_refused')) this.#client.refused();
      throw error;
    }
  }

  async #ask({ username, secret }: BasicCredential, context: CallContext): Promise<HttpResponse> {
    const { url, upstream, audience, scopes } = this.#settings;
    const { clientId, clientSecret, connection } = await this.#client.read();
    const grant =
      connection === undefined
        ? { grant_type: 'password' }
        : { grant_type: 'http://auth0.com/oauth/grant-type/password-realm', realm: connection };
    const body = JSON.stringify({
      ...grant,
      username,
      password: secret,
      audience,
      scope: scopes.join(' ') || NO_API_SCOPE,
      client_id: clientId,
      client_secret: clientSecret,
    });
    const headers = {
      'content-type': 'application/json',
      accept: 'application/json',
      ...(context.callerIp === undefined ? {} : { 'auth0-forwarded-for': context.callerIp }),
    };
    return upstream.send(() => ({ method: 'POST', url, headers, body }), context, isAboutTheUser);
  }
}

/** A 429 may be the brute-force protection, which answers for this user only, instead of a rate limit. */
function isAboutTheUser({ status, body }: HttpResponse): boolean {
  return status === 429 && errorCode(parseJson(body)) === 'too_many_attempts';
}

function accessToken({ status, body }: HttpResponse): string {
  const answer = parseJson(body);
  if (status === 200) {
    const token = isJsonObject(answer) ? answer.access_token : undefined;
    if (typeof token === 'string' && token !== '') return token;
    throw new UpstreamError('upstream_malformed', 'The token answer has no "access_token".');
  }
  const error = errorCode(answer);
  if (error === 'invalid_grant') throw wrongPassword();
  if (REFUSALS.has(error)) throw new CredentialError('login_refused', 'The server does not let this user log in.');
  if (CLIENT_REFUSALS.has(error)) {
    throw new UpstreamError(
      'upstream_client_refused',
      `The server refused the password grant's client (${error}). Check its id, secret and that the grant is enabled for it.`,
    );
  }
  throw new UpstreamError('upstream_refused', `The token endpoint answered ${status}.`);
}

function errorCode(answer: unknown): string {
  const { error }: JsonObject = isJsonObject(answer) ? answer : {};
  return typeof error === 'string' ? error : '';
}

function wrongPassword(): CredentialError {
  return new CredentialError('password_wrong', 'Wrong username or password.');
}
