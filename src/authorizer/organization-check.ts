/** Refuses principals that do not belong to an allowed organization. */
import { CredentialError } from '../core/errors.ts';
import type { Principal } from '../core/principal.ts';

/**
 * Refuses a principal without an allowed organization, whatever its credential was.
 *
 * @param allowed the ids of the organizations; with none, the organization does not matter
 * @throws CredentialError `organization_refused`
 */
export function assertOrganization({ organizationId }: Principal, allowed: readonly string[]): void {
  if (allowed.length === 0 || (organizationId !== undefined && allowed.includes(organizationId))) return;
  const which = organizationId === undefined ? 'no' : 'another';
  throw new CredentialError('organization_refused', `The credential is for ${which} organization.`);
}
