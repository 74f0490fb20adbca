/**
 * Checks the Bearer token of a Management API request: signed by this tenant, for this API, with the required scope.
 */

import { apiError } from './api-error.ts';
import type { Exchange } from './http.ts';
import type { Handler, TenantParts } from './parts.ts';

/** Wraps a handler so that it requires one of the scopes. */
export function withScope(scopes: readonly string[], handler: Handler): Handler {
  return (exchange, tenant, parameters) => {
    requireScope(exchange, tenant, scopes);
    return handler(exchange, tenant, parameters);
  };
}

function requireScope(exchange: Exchange, tenant: TenantParts, scopes: readonly string[]): void {
  const { authorization } = exchange.headers;
  if (authorization === undefined) throw apiError(401, 'Missing authentication');
  const token = /^Bearer ([\w.~+/-]+=*)$/i.exec(authorization)?.[1] ?? '';
  const { claims, problem } = tenant.tokens.inspectJwt(token);
  if (problem === 'expired') throw apiError(401, 'Expired token received for JSON Web Token validation');
  const isForThisApi = [claims.aud].flat().includes(`${tenant.issuer}api/v2/`);
  if (problem !== undefined || !isForThisApi) throw apiError(401, 'Invalid token');
  const granted = typeof claims.scope === 'string' ? claims.scope.split(' ') : [];
  if (scopes.some((scope) => granted.includes(scope))) return;
  throw apiError(403, `Insufficient scope, expected any of: ${scopes.join(', ')}`, 'insufficient_scope');
}
