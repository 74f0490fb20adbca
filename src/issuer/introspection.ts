/**
 * Asks the authorization server what a token is worth (RFC 7662), authenticating with a client assertion, or with a secret
 * where a server wants that. The answer is not trusted until its members have the right types, its issuer and audience are
 * ours, and its token type is one that may be used as a credential here: "active" alone is not enough.
 */

import type { ClientCredentials } from '../core/client-credentials.ts';
import { CredentialError, IssuerError } from '../core/errors.ts';
import type { HttpResponse } from '../core/http.ts';
import { isJsonObject, type JsonObject, parseJson } from '../core/json.ts';
import { ACCESS_TOKEN, APPLICATION_SPECIFIC_PASSWORD, type Principal, type TokenType } from '../core/principal.ts';
import type { ImportedSigningKey } from '../signing-key/signing-key.ts';
import type { SigningKeyRing } from '../signing-key/signing-key-ring.ts';
import { type Expectations, validateClaims } from './claims.ts';
import { CLIENT_ASSERTION_TYPE, signClientAssertion } from './client-assertion.ts';
import { type ClientCredentialsCache, clientSecretBasic } from './client-credentials-cache.ts';
import { encodeParameters, type IntrospectionProfile } from './introspection-profile.ts';
import type { Introspector } from './introspector.ts';
import type { CallContext, IssuerEndpoint } from './issuer-endpoint.ts';
import { oauthErrorOf } from './oauth-error.ts';

export interface IntrospectionSettings {
  readonly url: string;
  readonly endpoint: IssuerEndpoint;
  readonly keys: SigningKeyRing;
  /** Authenticates with a secret (`client_secret_basic`) in place of a client assertion. */
  readonly client?: ClientCredentialsCache | undefined;
  readonly profile: IntrospectionProfile;
  /** Who asks: at Auth0 the resource server's identifier, which is the audience. */
  readonly clientId: string;
  readonly expected: Expectations;
  /** A new unique id of at most 64 characters, for `jti`. */
  readonly uniqueId: () => string;
}

const ASSERTION_REFUSED =
  'The server refused the client assertion (invalid_client). Check that the key on the resource server record is the one in the signing key secret.';
const SECRET_REFUSED =
  'The server refused the client secret (invalid_client). Check the id and the secret of the client that asks.';

/** What servers call the tokens that are credentials here; a refresh or ID token is none. */
const TOKEN_TYPES: ReadonlyMap<string, TokenType> = new Map([
  [APPLICATION_SPECIFIC_PASSWORD, APPLICATION_SPECIFIC_PASSWORD],
  ['access_token', ACCESS_TOKEN],
  ['bearer', ACCESS_TOKEN],
]);

/** The introspection endpoint of one issuer. */
export class Introspection implements Introspector {
  readonly #settings: IntrospectionSettings;

  constructor(settings: IntrospectionSettings) {
    this.#settings = settings;
  }

  /**
   * Introspects a token.
   *
   * @throws CredentialError `token_inactive`, `token_type_refused`, or as `validateClaims` says
   * @throws IssuerError if the server could not be asked, refused our assertion, or answered what cannot be used
   * @see RFC 7662 section 2, RFC 7523 section 2.2
   */
  async introspect(token: string, context: CallContext): Promise<Principal> {
    const { expected, profile } = this.#settings;
    const answer = await this.answer(token, context);
    if (!answer.active) throw new CredentialError('token_inactive', 'The server does not know the token as active.');
    const tokenType = tokenTypeOf(answer);
    if (!tokenType) throw new CredentialError('token_type_refused', 'Tokens of this type are no credentials.');
    const { iss = profile.mayLackIssuer ? expected.issuer : undefined } = answer;
    const claims = validateClaims({ ...answer, iss }, expected);
    return {
      subject: claims.sub,
      username: claims.username,
      scopes: claims.scopes,
      tokenType,
      clientId: claims.clientId,
      organizationId: claims.organizationId,
      issuer: claims.iss,
      expiresAt: claims.exp,
    };
  }

  /**
   * Asks what the server says of a token, without judging it: for people who look, never to let anybody in.
   *
   * @returns the unverified answer, of any token type, issuer and audience
   * @throws IssuerError as `introspect` does
   */
  async answer(token: string, context: CallContext): Promise<UnverifiedResponse> {
    const { client } = this.#settings;
    return client
      ? parseAnswer(await this.#askWithSecret(client, token, context), SECRET_REFUSED)
      : parseAnswer(await this.#askWithEitherKey(token, context), ASSERTION_REFUSED);
  }

  async #askWithEitherKey(token: string, context: CallContext): Promise<HttpResponse> {
    const { keys } = this.#settings;
    const key = await keys.active();
    const response = await this.#ask(token, key, context);
    if (!isInvalidClient(response)) return response;
    const other = await keys.alternative(key);
    if (!other) return response;
    const second = await this.#ask(token, other, context);
    if (!isInvalidClient(second)) keys.prefer(other);
    return second;
  }

  #askWithSecret(client: ClientCredentialsCache, token: string, context: CallContext): Promise<HttpResponse> {
    const send = (credentials: ClientCredentials) =>
      this.#send(() => ({ token }), { authorization: clientSecretBasic(credentials) }, context);
    return client.request(send, isInvalidClient);
  }

  #ask(token: string, key: ImportedSigningKey, context: CallContext): Promise<HttpResponse> {
    const { clientId, expected, uniqueId } = this.#settings;
    const parameters = () => {
      const claims = { clientId, audience: expected.issuer, jti: uniqueId(), now: expected.clock() };
      const assertion = signClientAssertion(key, claims);
      return { token, client_assertion_type: CLIENT_ASSERTION_TYPE, client_assertion: assertion };
    };
    return this.#send(parameters, {}, context);
  }

  #send(
    parameters: () => Readonly<Record<string, string>>,
    authentication: Readonly<Record<string, string>>,
    context: CallContext,
  ): Promise<HttpResponse> {
    const { url, endpoint, profile } = this.#settings;
    const headers = { 'content-type': profile.contentType, accept: 'application/json', ...authentication };
    return endpoint.send(
      () => ({ method: 'POST', url, headers, body: encodeParameters(profile, parameters()) }),
      context,
    );
  }
}

/** An introspection answer of which nothing but `active` is known to have the right type (RFC 7662 section 2.2). */
export type UnverifiedResponse = JsonObject & { readonly active: boolean };

function parseAnswer(response: HttpResponse, refusal: string): UnverifiedResponse {
  if (isInvalidClient(response)) throw new IssuerError('issuer_client_refused', refusal);
  if (response.status !== 200) {
    throw new IssuerError('issuer_refused', `The introspection was answered with ${response.status}.`);
  }
  const answer = parseJson(response.body);
  if (!isAnswer(answer)) {
    throw new IssuerError('issuer_malformed', 'The introspection answer has no boolean "active".');
  }
  return answer;
}

function tokenTypeOf({ token_type }: UnverifiedResponse): TokenType | undefined {
  return typeof token_type === 'string' ? TOKEN_TYPES.get(token_type.toLowerCase()) : undefined;
}

function isAnswer(value: unknown): value is UnverifiedResponse {
  return isJsonObject(value) && typeof value.active === 'boolean';
}

function isInvalidClient(response: HttpResponse): boolean {
  return response.status === 401 || oauthErrorOf(response)?.code === 'invalid_client';
}
