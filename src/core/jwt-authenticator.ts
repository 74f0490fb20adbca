/** Bearer tokens that are JWTs: verified here, and never introspected after a failed check. */
import type { Authenticator } from './authenticator.ts';
import type { Credential } from './credential.ts';
import type { Introspection } from './introspection.ts';
import { isCompactJws, type JwtVerifier } from './jwt.ts';
import type { Principal } from './principal.ts';
import type { CallContext } from './upstream.ts';

export class JwtAuthenticator implements Authenticator {
  readonly #verifier: JwtVerifier;
  readonly #introspection: Introspection | undefined;

  /**
   * @param introspection if given, the server is asked as well, after the local check: it may know of a revocation
   */
  constructor(verifier: JwtVerifier, introspection?: Introspection) {
    this.#verifier = verifier;
    this.#introspection = introspection;
  }

  async authenticate(credential: Credential, context: CallContext): Promise<Principal | undefined> {
    if (credential.kind !== 'bearer' || !isCompactJws(credential.token)) return undefined;
    const principal = await this.#verifier.verify(credential.token, context);
    await this.#introspection?.introspect(credential.token, context);
    return principal;
  }
}
