/** What the backend receives besides the principal, and which organizations may call, in the words of the model. */
import type { Case } from './case.ts';

export const ROLES = 'https://example.com/roles';
/** The claims of every token that has roles. */
export const WITH_ROLES = { [ROLES]: ['admin', 'a "b"'] };
export const ACTOR = { sub: 'agent@clients', act: { sub: 'first@clients' } };
export const ORGANIZATION = 'org_1234';

/** The part of the configuration that says which claims the backend receives, and which organizations may call. */
export function receivedConfiguration({ hasContextClaims, organizations }: Case): object {
  return {
    ...(hasContextClaims ? { contextClaims: [ROLES, 'email'] } : {}),
    ...(organizations === 'any' ? {} : { allowedOrganizations: ALLOWED[organizations] }),
  };
}

const ALLOWED = { listed: ['org_9', ORGANIZATION], others: ['org_123', 'org_12345', 'ORG_1234'] };

/** The claims in the context of a caller. */
export function receivedClaims({ hasContextClaims }: Case, hasRoles: boolean): Readonly<Record<string, string>> {
  if (!hasContextClaims) return {};
  return { claim_https_example_com_roles: hasRoles ? '["admin","a \\"b\\""]' : '', claim_email: '' };
}

export const receivedActor = (hasActor: boolean): Readonly<Record<string, string>> =>
  hasActor ? { act: '{"sub":"agent@clients","act":{"sub":"first@clients"}}' } : {};

export function mayCall({ organizations }: Case, organization: string): boolean {
  return organizations === 'any' || (organizations === 'listed' && organization === ORGANIZATION);
}
