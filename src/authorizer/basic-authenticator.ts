/**
 * A username with a secret, which may be the user's password (asked by the password grant) or an app specific password
 * (introspected). The order matters: a password grant with an app specific password is a failed login, and ten of those
 * block the user.
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

/** Which of the two a secret is taken for first; `auto` goes by how it looks. */
export type BasicOrder = 'auto' | 'password-first' | 'introspect-first';

export interface BasicSettings {
  readonly order: BasicOrder;
  readonly introspector: Introspector;
  /** Without it, Basic takes app specific passwords only. */
  readonly passwordGrant?: PasswordGrant | undefined;
  /** Judge the access token that a password yields, like any Bearer token. */
  readonly bearerAuthenticators: readonly Authenticator[];
  readonly digest: DigestCredential;
}

const MAXIMUM_REMEMBERED = 10_000;

export class BasicAuthenticator implements Authenticator {
  readonly #settings: BasicSettings;
  /** Secrets that turned out to be app specific passwords: not tried as passwords again, revoked or not. */
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
   * Introspects after every refused login, and not only after a wrong password, so that the requests and the time that they
   * take do not show why it was refused. But only after a wrong password may the secret be an app specific password: after
   * any other refusal the server has said that this user must not come in.
   */
  async #introspectAfter(refusal: CredentialError, credential: BasicCredential, context: CallContext) {
    const found = await this.#askAbout(credential, context).catch(refusalOrThrow);
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
      return { ...principal, username: principal.username ?? credential.username };
    } catch (error) {
      // The password was right, and a second attempt must not show that. `key_unknown` is not remembered: the key may
      // be fetched soon.
      if (error instanceof CredentialError && error.code !== 'key_unknown') grant.refuse(credential, error);
      throw error;
    }
  }

  async #introspect(credential: BasicCredential, context: CallContext): Promise<Principal> {
    const principal = await this.#askAbout(credential, context);
    this.#remember(credential);
    return principal;
  }

  /**
   * Introspects the secret. Remembers it as an app specific password here only if it belongs to another user. If it
   * belongs to this user, it is remembered when it lets the user in.
   */
  async #askAbout(credential: BasicCredential, context: CallContext): Promise<Principal> {
    const principal = await this.#settings.introspector.introspect(credential.secret, context);
    if (principal.tokenType !== APPLICATION_SPECIFIC_PASSWORD) {
      throw new CredentialError('token_type_refused', 'As a Basic secret, only an app specific password is taken.');
    }
    if (isNamed(principal, credential.username)) return principal;
    this.#remember(credential);
    throw new CredentialError('username_mismatch', 'The app specific password is not of the user named.');
  }

  #remember(credential: BasicCredential): void {
    this.#knownApplicationPasswords.set(this.#settings.digest(credential), true);
  }
}

function refusalOrThrow(error: unknown): CredentialError {
  if (error instanceof CredentialError) return error;
  throw error;
}

function isNamed({ username, subject }: Principal, given: string): boolean {
  return username === undefined ? given === subject : asciiLowerCase(given) === asciiLowerCase(username);
}

/** Only ASCII, since other alphabets have letters that fold into one another. */
function asciiLowerCase(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
