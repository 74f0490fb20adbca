/** Authenticates Bearer tokens that are not JWTs, by introspection: opaque access tokens and app specific passwords. */
import { type Credential, MAXIMUM_TOKEN_LENGTH } from '../core/credential.ts';
import { CredentialError } from '../core/errors.ts';
import type { Principal } from '../core/principal.ts';
import type { Introspector } from '../issuer/introspector.ts';
import type { CallContext } from '../issuer/issuer-endpoint.ts';
import { isCompactJwe, isCompactJws } from '../issuer/jwt.ts';
import type { Authenticator } from './authenticator.ts';

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
    if (isCompactJwe(credential.token)) {
      throw new CredentialError('token_encrypted', 'The token is a JWE, which only its recipient can read.');
    }
    return this.#introspector.introspect(credential.token, context);
  }
}
