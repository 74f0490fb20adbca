/**
 * Authenticates this API to an issuer, with a JWT signed by its own key or with a client secret. Either may have
 * changed since it was read, so a refused request is sent once more if there is another key or secret to try.
 */
import type { ClientCredentials } from '../core/client-credentials.ts';
import type { HttpResponse } from '../core/http.ts';
import type { ImportedSigningKey } from '../signing-key/signing-key.ts';
import type { SigningKeyRing } from '../signing-key/signing-key-ring.ts';
import { type AssertionContext, assertionParameters } from './client-assertion.ts';
import { type ClientCredentialsCache, clientSecretBasic } from './client-credentials-cache.ts';
import { oauthErrorOf } from './oauth-error.ts';

/** The parameters and headers that authenticate one attempt at a request. */
export interface Authentication {
  readonly parameters?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends a request. Calls the function once for each attempt, since an assertion can be used only once. */
export type SendAuthenticated = (authenticate: () => Authentication) => Promise<HttpResponse>;

export interface ClientAuthentication {
  /** The error message if the server refuses the client. It says what was refused and what to check. */
  readonly refusedMessage: string;
  /**
   * Sends a request, and once more with another key or secret if the server refuses the client.
   *
   * @returns the last response, which may still be a refusal
   * @throws ConfigurationError or IssuerError if the key or secret cannot be read
   */
  send(request: SendAuthenticated): Promise<HttpResponse>;
}

export interface PrivateKeyJwtSettings extends AssertionContext {
  readonly keys: SigningKeyRing;
  /** `iss` and `sub`. At Auth0 this is the resource server's identifier, which is also its audience. */
  readonly clientId: string;
}

/**
 * The method `private_key_jwt`: an assertion signed by the signing key. During a rotation there are two keys.
 *
 * @see RFC 7523 section 2.2, OpenID Connect Core 1.0 section 9
 */
export class PrivateKeyJwt implements ClientAuthentication {
  readonly refusedMessage =
    'The server refused the client assertion (invalid_client). Check that the key on the resource server record is the one in the signing key secret.';
  readonly #settings: PrivateKeyJwtSettings;

  constructor(settings: PrivateKeyJwtSettings) {
    this.#settings = settings;
  }

  async send(request: SendAuthenticated): Promise<HttpResponse> {
    const { keys } = this.#settings;
    const key = await keys.active();
    const response = await request(() => this.#authenticate(key));
    if (!isInvalidClient(response)) return response;
    const other = await keys.alternative(key);
    if (!other) return response;
    const second = await request(() => this.#authenticate(other));
    if (!isInvalidClient(second)) keys.prefer(other);
    return second;
  }

  #authenticate(key: ImportedSigningKey): Authentication {
    return { parameters: assertionParameters(key, this.#settings.clientId, this.#settings) };
  }
}

/**
 * A client of its own: with the method `client_secret_basic`, its id and secret are in the `Authorization` header; with
 * `private_key_jwt`, its own key signs the assertion.
 *
 * @see RFC 6749 section 2.3.1, RFC 7523 section 2.2
 */
export class StoredClient implements ClientAuthentication {
  readonly refusedMessage =
    'The server refused the client (invalid_client). Check the id of the client, and its secret or key.';
  readonly #client: ClientCredentialsCache;
  readonly #context: AssertionContext;

  constructor(client: ClientCredentialsCache, context: AssertionContext) {
    this.#client = client;
    this.#context = context;
  }

  send(request: SendAuthenticated): Promise<HttpResponse> {
    const send = (client: ClientCredentials) =>
      request(() =>
        client.key
          ? { parameters: assertionParameters(client.key, client.clientId, this.#context) }
          : { headers: { authorization: clientSecretBasic(client) } },
      );
    return this.#client.request(send, isInvalidClient);
  }
}

/** Returns whether the server refused the client itself, whatever the request. */
export function isInvalidClient(response: HttpResponse): boolean {
  return response.status === 401 || oauthErrorOf(response)?.code === 'invalid_client';
}
