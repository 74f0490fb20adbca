/** Authenticates Bearer tokens that are not JWTs, by introspection: opaque access tokens and app specific passwords. */
import type { Credential } from '../core/credential.ts';
import { CredentialError } from '../core/errors.ts';
import type { Principal } from '../core/principal.ts';
import type { Introspector } from '../issuer/introspector.ts';
import type { CallContext } from '../issuer/issuer-endpoint.ts';
import { isCompactJws } from '../issuer/jwt.ts';
import type { Authenticator } from './authenticator.ts';

/**
 * An encrypted token with many permissions can have some thousand characters. Longer values are refused without a call.
 */
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
    return this.#introspector.introspect(credential.token, context);
  }
}
