/**
 * Which credentials the shared cache may know: those that only the issuer can judge. A JWT is verified in each container. A password
 * must never leave the container, in any form, so of the Basic secrets only app specific passwords are shared.
 */
import { looksLikeApplicationPassword } from '../core/application-password.ts';
import { type Credential, MAXIMUM_TOKEN_LENGTH } from '../core/credential.ts';
import { APPLICATION_SPECIFIC_PASSWORD, type Principal } from '../core/principal.ts';
import { isCompactJws } from '../issuer/jwt.ts';
import type { SharedPrincipal } from '../shared-state/shared-entry.ts';

/** Returns whether a credential may have an entry in the shared cache, as far as its form shows. */
export function isShareable(credential: Credential): boolean {
  return credential.kind === 'bearer'
    ? !isCompactJws(credential.token) && credential.token.length <= MAXIMUM_TOKEN_LENGTH
    : looksLikeApplicationPassword(credential.secret);
}

/** Returns whether the principal of such a credential may be shared. A real password can look like an app specific one. */
export function mayBeShared({ kind }: Credential, { tokenType }: Principal): boolean {
  return kind === 'bearer' || tokenType === APPLICATION_SPECIFIC_PASSWORD;
}

/** Leaves out the e-mail address, which only the check of the username needs, and `issuedAt`, which only JWTs have. */
export function toShare({ principal, ...times }: SharedPrincipal): SharedPrincipal {
  const { email: _, issuedAt: __, ...shared } = principal;
  return { principal: shared, ...times };
}
