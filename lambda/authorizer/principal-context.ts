/** The principal as the context of an authorizer's result: bounded strings under fixed keys, and nothing secret. */
import type { Principal, PrincipalContext } from '../../src/core/principal.ts';

/** API Gateway refuses results of about 10 KB or more. */
const MAXIMUM_SCOPE_LENGTH = 4096;

export function principalContext(principal: Principal): PrincipalContext {
  return {
    sub: principal.subject,
    username: principal.username ?? '',
    scope: boundedScope(principal.scopes),
    token_type: principal.tokenType,
    client_id: principal.clientId ?? '',
    org_id: principal.organizationId ?? '',
    iss: principal.issuer,
    exp: principal.expiresAt === undefined ? '' : String(principal.expiresAt),
  };
}

/** Drops whole scopes at the end, so that none is cut in two. */
function boundedScope(scopes: readonly string[]): string {
  const scope = scopes.join(' ');
  return scope.length <= MAXIMUM_SCOPE_LENGTH
    ? scope
    : scope.slice(0, scope.lastIndexOf(' ', MAXIMUM_SCOPE_LENGTH) + 1).trimEnd();
}
