/** Authenticates Bearer tokens that are not JWTs, by introspection: opaque access tokens and app specific passwords. */
import type { Credential } from '../core/credential.ts';
import { CredentialError } from '../core/errors.ts';
import { isJsonObject, parseJson } from '../core/json.ts';
import type { Principal } from '../core/principal.ts';
import type { Introspector } from '../issuer/introspector.ts';
import type { CallContext } from '../issuer/issuer-endpoint.ts';
import { isCompactJws } from '../issuer/jwt.ts';
import type { Authenticator } from './authenticator.ts';

/** Longer values are refused without a call. */
export const MAXIMUM_TOKEN_LENGTH = 8192;

export class OpaqueTokenAuthenticator implements Authenticator {
  readonly #introspector: Introspector;

  constructor(introspector: Introspector) {
    this.#introspector = introspector;
  }

  async authenticate(credential: Credential, context: CallContext): Promise<Principal | undefined> {
    if (credential.kind !== 'bearer' || isCompactJws(credential.token)) return undefined;
    if (credential.token.length > MAXIMUM_TOKEN_LENGTH) {
      throw new CredentialError('credential_oversized', `The token is longer than ${MAXIMUM_TOKEN_LENGTH} characters.`);
    }
    if (isEncrypted(credential.token)) {
      throw new CredentialError('token_encrypted', 'The token is a JWE, which only its recipient can read.');
    }
    return this.#introspector.introspect(credential.token, context);
  }
}

/**
 * Returns whether a token is a JWE in compact form, so that nobody here can read it.
 *
 * @see RFC 7516 section 7.1
 */
export function isEncrypted(token: string): boolean {
  const [header = '', ...others] = token.split('.', 6);
  if (others.length !== 4) return false;
  const value = parseJson(Buffer.from(header, 'base64url').toString());
  return isJsonObject(value) && 'enc' in value;
}
