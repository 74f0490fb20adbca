/**
 * Logs a user in with a username and password, by the resource owner password credentials grant (RFC 6749 section 4.3). Each
 * wrong guess counts against the user and our IP address, so a refused login is not tried again for a while. All kinds of
 * refusal are remembered: if only wrong passwords were, the requests of a second attempt would show why the first failed.
 */
import { BoundedMap } from '../core/bounded-map.ts';
import { type PasswordGrantClient, passwordGrantType } from '../core/client-credentials.ts';
import type { BasicCredential } from '../core/credential.ts';
import type { DigestCredential } from '../core/credential-digest.ts';
import { CredentialError } from '../core/errors.ts';
import type { HttpResponse } from '../core/http.ts';
import { type AssertionContext, clientParameters } from './client-assertion.ts';
import { ClientCredentialsCache } from './client-credentials-cache.ts';
import type { CallContext, IssuerEndpoint } from './issuer-endpoint.ts';
import { accessTokenOf, isBlockedUser, isClientRefusal } from './login-response.ts';

export interface PasswordGrantSettings extends Omit<AssertionContext, 'audience'> {
  /** With its final slash. */
  readonly issuer: string;
  readonly endpoint: IssuerEndpoint;
  /** Reads the client from its store. Called once, and again if the server refuses the client, at most every 30 s. */
  readonly readClient: () => Promise<PasswordGrantClient>;
  readonly audience: string;
  /** The scopes to request. Without any, the server would grant every scope of the API. */
  readonly scopes: readonly string[];
  readonly digest: DigestCredential;
}

/** Requested if no route requires a scope. It grants nothing of the API; requesting no scope would grant all of it. */
const NO_API_SCOPE = 'openid';
const REFUSAL_TTL_MS = 300_000;
const MAXIMUM_REFUSALS = 10_000;

interface Refusal {
  readonly error: CredentialError;
  readonly untilMs: number;
}

/** Logs users in at the token endpoint. */
export class PasswordGrant {
  readonly #settings: PasswordGrantSettings;
  /** By the digest of the credential. */
  readonly #refusals = new BoundedMap<string, Refusal>(MAXIMUM_REFUSALS);
  readonly #client: ClientCredentialsCache<PasswordGrantClient>;

  constructor(settings: PasswordGrantSettings) {
    this.#settings = settings;
    this.#client = new ClientCredentialsCache(settings.readClient, settings.clock);
  }

  /**
   * Logs a user in.
   *
   * @returns the access token, which must still be verified like any other
   * @throws CredentialError `password_wrong`, `login_refused`, or the error that was passed to `refuse`
   * @throws IssuerError for everything else, including wrong client settings
   */
  async logIn(credential: BasicCredential, context: CallContext): Promise<string> {
    const { clock, digest } = this.#settings;
    const refusal = this.#refusals.get(digest(credential));
    if (refusal && clock() < refusal.untilMs) throw refusal.error;
    const callerIp = (await context.viewerAddress?.()) ?? context.callerIp;
    const send = (client: PasswordGrantClient) => this.#request(client, credential, { ...context, callerIp });
    const response = await this.#client.request(send, isClientRefusal);
    try {
      return accessTokenOf(response, [credential.username, credential.secret]);
    } catch (error) {
      if (error instanceof CredentialError) this.refuse(credential, error);
      throw error;
    }
  }

  /** Remembers a failed login, so that it is not tried again for 300 s. */
  refuse(credential: BasicCredential, error: CredentialError): void {
    const { clock, digest } = this.#settings;
    this.#refusals.set(digest(credential), { error, untilMs: clock() + REFUSAL_TTL_MS });
  }

  #request(
    client: PasswordGrantClient,
    { username, secret }: BasicCredential,
    context: CallContext,
  ): Promise<HttpResponse> {
    const { issuer, endpoint, audience, scopes, clock, uniqueId } = this.#settings;
    const login = {
      grant_type: passwordGrantType(client.connection),
      realm: client.connection,
      username,
      password: secret,
      audience,
      scope: scopes.join(' ') || NO_API_SCOPE,
    };
    const headers = {
      'content-type': 'application/json',
      accept: 'application/json',
      ...(context.callerIp === undefined ? {} : { 'auth0-forwarded-for': context.callerIp }),
    };
    const attempt = () => ({
      method: 'POST' as const,
      url: `${issuer}oauth/token`,
      headers,
      body: JSON.stringify({ ...login, ...clientParameters(client, { audience: issuer, clock, uniqueId }) }),
    });
    return endpoint.send(attempt, context, isBlockedUser);
  }
}
