/** Organizations: who may get a token for one, and the claims that name it in the token. */
import { oauthError } from './oauth-error.ts';
import type { ClientGrantRecord, JsonObject, OrganizationRecord } from './records.ts';
import type { TenantState } from './state.ts';

/**
 * The organization of a machine, by the parameter `organization` of the client credentials grant. A password grant knows no such
 * parameter: the vendor documents none.
 *
 * @throws {Refusal} 400 or 403 if the organization does not exist, or if the client grant does not allow it
 */
export function requestedOrganization(
  requested: string | undefined,
  grant: ClientGrantRecord,
  state: TenantState,
): OrganizationRecord | undefined {
  const { organization_usage: usage = 'deny', allow_any_organization: allowsAny = false } = grant;
  if (!requested) {
    if (usage === 'require') throw oauthError(403, 'access_denied', 'The client grant requires an organization.');
    return undefined;
  }
  if (usage === 'deny') throw oauthError(403, 'access_denied', 'The client grant does not allow organizations.');
  const organization = findOrganization(requested, state);
  if (!organization) throw oauthError(400, 'invalid_request', `Unknown organization: ${requested}`);
  if (!allowsAny && !organization.client_grants.includes(grant.id)) {
    throw oauthError(403, 'access_denied', 'The client grant is not assigned to this organization.');
  }
  return organization;
}

/** Finds an organization by its ID, and by its name if the tenant's settings allow names. */
function findOrganization(requested: string, { organizations, settings }: TenantState): OrganizationRecord | undefined {
  const named = (one: OrganizationRecord) => allowsNames(settings) && one.name === requested;
  return [...organizations.values()].find((one) => one.id === requested || named(one));
}

/** `org_name` is only there if the tenant's settings allow names. */
export function organizationClaims(
  organization: OrganizationRecord | undefined,
  { settings }: TenantState,
): JsonObject {
  if (!organization) return {};
  return { org_id: organization.id, ...(allowsNames(settings) && { org_name: organization.name }) };
}

function allowsNames({
  allow_organization_name_in_authentication_api: allowed = false,
}: TenantState['settings']): boolean {
  return allowed;
}
