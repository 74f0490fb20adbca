/**
 * What a backend is told of the principal, as the context of an authorizer's answer: flat, bounded strings, always the
 * same keys, `""` where nothing is known. Nothing secret is among them.
 */
import type { Principal, PrincipalContext } from '../../src/core/principal.ts';

/** An answer of some 10 KB is refused by API Gateway. */
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

/** Leaves whole scopes out rather than cutting one in two. */
function boundedScope(scopes: readonly string[]): string {
  const scope = scopes.join(' ');
  return scope.length <= MAXIMUM_SCOPE_LENGTH
    ? scope
    : scope.slice(0, scope.lastIndexOf(' ', MAXIMUM_SCOPE_LENGTH) + 1).trimEnd();
}
