/** The principal as the context of an authorizer's result: bounded strings under fixed keys, and no credential of the caller. */
import {
  boundedScope,
  claimContext,
  type Principal,
  type PrincipalContext,
  TOKEN_KEY,
} from '../../src/core/principal.ts';

/** API Gateway refuses a larger context: WebSocket APIs allow 8 KB, other APIs more. The rest is for the policy around it. */
const MAXIMUM_BYTES = 7168;
const MAXIMUM_SCOPE_LENGTH = 4096;

/**
 * Every part but the scopes is bounded when the credential is checked, which leaves room for some scopes.
 *
 * @param token the signed principal
 */
export function principalContext(principal: Principal, token?: string): PrincipalContext {
  const context = { ...contextWithoutScope(principal), ...(token !== undefined && { [TOKEN_KEY]: token }) };
  const room = MAXIMUM_BYTES - Buffer.byteLength(JSON.stringify(context));
  return { ...context, scope: boundedScope(principal.scopes, Math.min(room, MAXIMUM_SCOPE_LENGTH)) };
}

function contextWithoutScope(principal: Principal): PrincipalContext {
  return {
    sub: principal.subject,
    username: principal.username ?? '',
    scope: '',
    token_type: principal.tokenType,
    client_id: principal.clientId ?? '',
    org_id: principal.organizationId ?? '',
    iss: principal.issuer,
    exp: principal.expiresAt === undefined ? '' : String(principal.expiresAt),
    ...claimContext(principal),
  };
}
