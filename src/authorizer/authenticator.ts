/** An authenticator turns one kind of credential into a principal. A chain of them finds the one that is responsible. */
import type { Credential } from '../core/credential.ts';
import { CredentialError } from '../core/errors.ts';
import type { Principal } from '../core/principal.ts';
import type { CallContext } from '../issuer/issuer-endpoint.ts';

/** Authenticates one kind of credential. */
export interface Authenticator {
  /**
   * @returns the principal, or `undefined` if another authenticator is responsible for this kind of credential
   * @throws CredentialError if the credential is not valid
   * @throws IssuerError if a call to the issuer failed
   */
  authenticate(credential: Credential, context: CallContext): Promise<Principal | undefined>;
}

/**
 * Tries each authenticator in turn. The result of the first one that is responsible is final.
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
  throw new CredentialError('scheme_unsupported', 'No authenticator accepts this kind of credential.');
}
