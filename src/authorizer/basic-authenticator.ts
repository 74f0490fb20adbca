/**
 * Authenticates a username with a secret. The secret may be the user's password, which is checked by the password grant, or
 * an app specific password (ASP), which is introspected. The order matters: a password grant with an ASP is a failed login,
 * and ten failed logins block the user.
 */
import { looksLikeApplicationPassword } from '../core/application-password.ts';
import { BoundedMap } from '../core/bounded-map.ts';
import type { BasicCredential, Credential } from '../core/credential.ts';
import type { DigestCredential } from '../core/credential-digest.ts';
import { CredentialError, hasCode } from '../core/errors.ts';
import { APPLICATION_SPECIFIC_PASSWORD, type Principal } from '../core/principal.ts';
import type { Introspector } from '../issuer/introspector.ts';
import type { CallContext } from '../issuer/issuer-endpoint.ts';
import type { PasswordGrant } from '../issuer/password-grant.ts';
import { type Authenticator, authenticate } from './authenticator.ts';
import { assertOrganization } from './organization-check.ts';

/** What a secret is checked as first. `auto` decides by what the secret looks like. */
export type BasicOrder = 'auto' | 'password-first' | 'introspect-first';

export interface BasicSettings {
  readonly order: BasicOrder;
  readonly introspector: Introspector;
  /** Without it, Basic accepts ASPs only. */
  readonly passwordGrant?: PasswordGrant | undefined;
  /** Verify the access token that a login yields, like any Bearer token. */
  readonly bearerAuthenticators: readonly Authenticator[];
  readonly digest: DigestCredential;
  /** The ids of the organizations whose members may log in. None if the organization does not matter. */
  readonly allowedOrganizations: readonly string[];
}

const MAXIMUM_REMEMBERED = 10_000;

export class BasicAuthenticator implements Authenticator {
  readonly #settings: BasicSettings;
  /** Secrets that turned out to be ASPs. They are never tried as passwords again, even after they are revoked. */
  readonly #knownApplicationPasswords = new BoundedMap<string, true>(MAXIMUM_REMEMBERED);

  constructor(settings: BasicSettings) {
    this.#settings = settings;
  }

  async authenticate(credential: Credential, context: CallContext): Promise<Principal | undefined> {
    if (credential.kind !== 'basic') return undefined;
    const { order, passwordGrant } = this.#settings;
    if (!passwordGrant || this.#isApplicationPassword(credential)) return this.#introspect(credential, context);
    return order === 'introspect-first'
      ? this.#introspectThenLogIn(passwordGrant, credential, context)
      : this.#logInThenIntrospect(passwordGrant, credential, context);
  }

  #isApplicationPassword(credential: BasicCredential): boolean {
    const { order, digest } = this.#settings;
    if (order === 'auto') return looksLikeApplicationPassword(credential.secret);
    return this.#knownApplicationPasswords.get(digest(credential)) === true;
  }

  async #logInThenIntrospect(grant: PasswordGrant, credential: BasicCredential, context: CallContext) {
    try {
      return await this.#logIn(grant, credential, context);
    } catch (error) {
      if (!(error instanceof CredentialError)) throw error;
      return this.#introspectAfter(error, credential, context);
    }
  }

  /**
   * Introspects after every refused login, not only after a wrong password, so that neither the requests nor their time
   * show why the login was refused. But an ASP lets the caller in only after a wrong password: any other refusal means
   * that this user must be kept out.
   */
  async #introspectAfter(refusal: CredentialError, credential: BasicCredential, context: CallContext) {
    const found = await this.#introspectFor(credential, context).catch(refusalOrThrow);
    if (refusal.code !== 'password_wrong') throw refusal;
    if (found instanceof CredentialError) throw found;
    this.#remember(credential);
    return found;
  }

  async #introspectThenLogIn(grant: PasswordGrant, credential: BasicCredential, context: CallContext) {
    try {
      return await this.#introspect(credential, context);
    } catch (error) {
      if (!hasCode(error, 'token_inactive')) throw error;
      return this.#logIn(grant, credential, context);
    }
  }

  async #logIn(grant: PasswordGrant, credential: BasicCredential, context: CallContext): Promise<Principal> {
    const token = await grant.logIn(credential, context);
    try {
      const principal = await authenticate(this.#settings.bearerAuthenticators, { kind: 'bearer', token }, context);
      assertUnbound(principal);
      assertOrganization(principal, this.#settings.allowedOrganizations);
      return { ...principal, username: principal.username ?? credential.username };
    } catch (error) {
      // The password was right, and a second attempt must not show that. Do not remember `key_unknown`: the key may be
      // fetched soon.
      if (error instanceof CredentialError && error.code !== 'key_unknown') grant.refuse(credential, error);
      throw error;
    }
  }

  async #introspect(credential: BasicCredential, context: CallContext): Promise<Principal> {
    const principal = await this.#introspectFor(credential, context);
    this.#remember(credential);
    return principal;
  }

  /**
   * Introspects the secret and checks that it is an ASP of this user. Remembers an ASP of another user at once. The
   * callers remember an ASP of this user when they accept it.
   */
  async #introspectFor(credential: BasicCredential, context: CallContext): Promise<Principal> {
    const principal = await this.#settings.introspector.introspect(credential.secret, context);
    assertUnbound(principal);
    if (principal.tokenType !== APPLICATION_SPECIFIC_PASSWORD) {
      throw new CredentialError('token_type_refused', 'The Basic secret is a token, but not an app specific password.');
    }
    if (hasName(principal, credential.username)) return principal;
    this.#remember(credential);
    throw new CredentialError('username_mismatch', mismatchMessage(principal));
  }

  #remember(credential: BasicCredential): void {
    this.#knownApplicationPasswords.set(this.#settings.digest(credential), true);
  }
}

/** A Basic credential comes without a proof, and a holder of the key would not be asked for one. */
function assertUnbound({ confirmation }: Principal): void {
  if (confirmation)
    throw new CredentialError('token_sender_constrained', 'The token is bound to a key or certificate.');
}

function refusalOrThrow(error: unknown): CredentialError {
  if (error instanceof CredentialError) return error;
  throw error;
}

/**
 * Users log in with their username or their e-mail address, and the issuer may report either or both. The principal is the
 * owner of the app specific password in any case: the name only has to be one of the owner's own.
 */
function hasName({ username, email, subject }: Principal, given: string): boolean {
  const names = [username, email].filter((name) => name !== undefined);
  return names.length === 0 ? given === subject : names.some((name) => asciiLowerCase(name) === asciiLowerCase(given));
}

/** Shows the operator which names were compared, but not the names. */
function mismatchMessage({ username, email }: Principal): string {
  const compared = [username === undefined ? [] : ['username'], email === undefined ? [] : ['email']].flat();
  return compared.length === 0
    ? 'The response names no user: it has neither "username" nor "email", or the e-mail address is not verified. So the name must be the user id ("sub"), and it is not.'
    : `The app specific password belongs to another user: the name is not the ${compared.join(' or ')} in the response.`;
}

/** Changes ASCII letters only: in other alphabets, different letters can have the same lower case. */
function asciiLowerCase(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
