/** What turns a credential into a principal, and the chain that finds the one responsible. */
import type { Credential } from '../core/credential.ts';
import { CredentialError } from '../core/errors.ts';
import type { Principal } from '../core/principal.ts';
import type { CallContext } from '../issuer/issuer-endpoint.ts';

/** Knows one kind of credential. */
export interface Authenticator {
  /**
   * @returns the principal, or `undefined` if this kind of credential is not this authenticator's
   * @throws CredentialError if it is, and proves nothing
   * @throws IssuerError if that could not be found out
   */
  authenticate(credential: Credential, context: CallContext): Promise<Principal | undefined>;
}

/**
 * Asks each authenticator in turn; the first that is responsible has the last word.
 *
 * @throws CredentialError `scheme_unsupported` if none is responsible
 */
export async function authenticate(
  authenticators: readonly Authenticator[],
  credential: Credential,
  context: CallContext,
): Promise<Principal> {
  for (const authenticator of authenticators) {
    const principal = await authenticator.authenticate(credential, context);
    if (principal) return principal;
  }
  throw new CredentialError('scheme_unsupported', 'No authenticator takes this kind of credential.');
}
