/** Bearer tokens that say nothing by themselves: opaque access tokens and app specific passwords, introspected. */
import type { Authenticator } from './authenticator.ts';
import type { Credential } from './credential.ts';
import { CredentialError } from './errors.ts';
import type { Introspector } from './introspector.ts';
import { isCompactJws } from './jwt.ts';
import type { Principal } from './principal.ts';
import type { CallContext } from './upstream.ts';

/** Far above any opaque token (an encrypted one has some 400 characters); longer junk is not worth a call. */
const MAXIMUM_TOKEN_LENGTH = 2048;

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
