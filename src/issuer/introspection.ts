/**
 * Introspects a token at the authorization server (RFC 7662). The response is not trusted until its members have the
 * right types, its issuer and audience are ours, and its token type is one that may be used as a credential here:
 * "active" alone is not enough.
 */
import { CredentialError, IssuerError } from '../core/errors.ts';
import type { HttpResponse } from '../core/http.ts';
import { isJsonObject, type JsonObject, parseJson } from '../core/json.ts';
import { ACCESS_TOKEN, APPLICATION_SPECIFIC_PASSWORD, type Principal, type TokenType } from '../core/principal.ts';
import { backendClaims } from './backend-claims.ts';
import { type BodyFormat, BodyFormats, contentTypeOf, encodeBody } from './body-formats.ts';
import { type Expectations, validateClaims } from './claims.ts';
import { type Authentication, type ClientAuthentication, isInvalidClient } from './client-authentication.ts';
import type { IntrospectionProfile } from './introspection-profile.ts';
import type { Introspector } from './introspector.ts';
import type { CallContext, IssuerEndpoint } from './issuer-endpoint.ts';

export interface IntrospectionSettings {
  readonly url: string;
  readonly endpoint: IssuerEndpoint;
  readonly clientAuthentication: ClientAuthentication;
  readonly profile: IntrospectionProfile;
  readonly expected: Expectations;
}

/** The token types that are accepted as credentials. Refresh and ID tokens are not. */
const TOKEN_TYPES: ReadonlyMap<string, TokenType> = new Map([
  [APPLICATION_SPECIFIC_PASSWORD, APPLICATION_SPECIFIC_PASSWORD],
  ['access_token', ACCESS_TOKEN],
  ['bearer', ACCESS_TOKEN],
  ['dpop', ACCESS_TOKEN],
]);

/** Where servers name the use of a token: Ory Hydra and Amazon Cognito, Keycloak, ForgeRock, Curity. */
const USE_MEMBERS = ['token_use', 'typ', 'tokenName', 'purpose'];
/** Keycloak calls a refresh token that does not expire `Offline`. */
const OTHER_USES = /refresh|offline|^id(?:_?token)?$|logout/i;

/** The introspection endpoint of one issuer. */
export class Introspection implements Introspector {
  readonly #settings: IntrospectionSettings;
  readonly #bodyFormats: BodyFormats;

  constructor(settings: IntrospectionSettings) {
    this.#settings = settings;
    this.#bodyFormats = new BodyFormats(settings.profile.bodyFormats, settings.expected.clock);
  }

  /**
   * Introspects a token.
   *
   * @throws CredentialError `token_inactive`, `token_type_refused`, or a code that `validateClaims` throws
   * @throws IssuerError if the call failed, the server refused this API as its client, or its response cannot be used
   * @see RFC 7662 section 2, RFC 7523 section 2.2
   */
  async introspect(token: string, context: CallContext): Promise<Principal> {
    const { expected, profile } = this.#settings;
    const response = await this.ask(token, context);
    if (!response.active)
      throw new CredentialError('token_inactive', 'The server does not report the token as active.');
    const tokenType = tokenTypeOf(response);
    if (!tokenType) throw new CredentialError('token_type_refused', 'Tokens of this type are not credentials.');
    const { iss = profile.mayLackIssuer ? expected.issuer : undefined } = response;
    const claims = validateClaims({ ...response, iss }, expected);
    if (isDpop(response) && claims.confirmation?.jwkThumbprint === undefined)
      throw new CredentialError(
        'token_sender_constrained',
        'The token is bound to a key that the server does not name.',
      );
    return {
      subject: claims.sub,
      username: claims.username,
      email: verifiedEmail(response),
      scopes: claims.scopes,
      tokenType,
      clientId: claims.clientId,
      organizationId: claims.organizationId,
      issuer: claims.iss,
      audiences: claims.audiences,
      expiresAt: claims.exp,
      confirmation: claims.confirmation,
      ...backendClaims(response, expected),
    };
  }

  /**
   * Introspects a token and returns the response unverified. For diagnosis only, never for a decision.
   *
   * @returns the unverified response, of any token type, issuer and audience
   * @throws IssuerError as `introspect` does
   */
  async ask(token: string, context: CallContext): Promise<UnverifiedResponse> {
    const { clientAuthentication, endpoint } = this.#settings;
    const response = await this.#bodyFormats.send((format) =>
      clientAuthentication.send((authenticate) =>
        endpoint.send(() => this.#request(token, format, authenticate()), context),
      ),
    );
    if (!isInvalidClient(response)) return parseResponse(response);
    throw new IssuerError('issuer_client_refused', clientAuthentication.refusedMessage);
  }

  #request(token: string, format: BodyFormat, { parameters, headers }: Authentication) {
    return {
      method: 'POST',
      url: this.#settings.url,
      headers: { 'content-type': contentTypeOf(format), accept: 'application/json', ...headers },
      body: encodeBody(format, { token, ...parameters }),
    } as const;
  }
}

/** An introspection response (RFC 7662 section 2.2). Only the type of `active` has been checked. */
export type UnverifiedResponse = JsonObject & { readonly active: boolean };

function parseResponse({ status, body }: HttpResponse): UnverifiedResponse {
  if (status !== 200) {
    throw new IssuerError('issuer_refused', `The introspection endpoint responded with ${status}.`);
  }
  const value = parseJson(body);
  if (isUnverifiedResponse(value)) return value;
  throw new IssuerError('issuer_malformed', 'The introspection response has no boolean "active".');
}

/** Some servers give every token the type `Bearer`, and name its use in another member. */
function tokenTypeOf(response: UnverifiedResponse): TokenType | undefined {
  const { token_type: type } = response;
  const hasOtherUse = USE_MEMBERS.some((name) => typeof response[name] === 'string' && OTHER_USES.test(response[name]));
  return typeof type === 'string' && !hasOtherUse ? TOKEN_TYPES.get(type.toLowerCase()) : undefined;
}

function isDpop({ token_type: type }: UnverifiedResponse): boolean {
  return typeof type === 'string' && type.toLowerCase() === 'dpop';
}

/**
 * An address that is not verified may be another user's. A server that does not report `email_verified` is trusted to report
 * only addresses that are the user's own.
 */
function verifiedEmail({ email, email_verified: verified = null }: UnverifiedResponse): string | undefined {
  return typeof email === 'string' && [null, true, 'true'].some((value) => value === verified) ? email : undefined;
}

function isUnverifiedResponse(value: unknown): value is UnverifiedResponse {
  return isJsonObject(value) && typeof value.active === 'boolean';
}
