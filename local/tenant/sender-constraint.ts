/**
 * Decides whether an access token is bound to the caller's key, by the API's `proof_of_possession`: without that setting a proof binds
 * nothing; with it, a proof binds the token; if it is required, there is no token without one.
 */
import type { CallingClient } from './client-authentication.ts';
import type { Exchange } from './http.ts';
import { isJsonObject } from './http.ts';
import { invalidRequest } from './oauth-error.ts';
import type { TenantParts } from './parts.ts';
import type { JsonObject, ResourceServerRecord } from './records.ts';

/** Returns the token's `cnf`, or `undefined` for a Bearer token. @throws {Refusal} 400 */
export function confirmationOf(
  exchange: Exchange,
  { authenticated }: CallingClient,
  { proof_of_possession: setting }: ResourceServerRecord,
  tenant: TenantParts,
): JsonObject | undefined {
  const thumbprint = proofThumbprint(exchange, authenticated, tenant);
  if (!isJsonObject(setting)) return undefined;
  if (setting.mechanism === 'dpop' && thumbprint !== undefined) return { jkt: thumbprint };
  const concerns = setting.required_for !== 'public_clients' || !authenticated;
  // No client certificate reaches this tenant, because it serves plain HTTP. Tests mint tokens that are bound to one.
  if (setting.required === true && concerns)
    throw invalidRequest(`This API requires ${setting.mechanism} of its clients.`);
  return undefined;
}

function proofThumbprint({ headers, method, path }: Exchange, authenticated: boolean, { issuer, proofs }: TenantParts) {
  const { dpop } = headers;
  if (dpop === undefined) return undefined;
  // Node joins repeated headers with a comma, which no proof contains.
  const proof = [dpop].flat().join(', ');
  return proofs.verify({ proof, method, url: `${issuer}${path.slice(1)}`, requiresNonce: !authenticated });
}

export function tokenTypeOf(cnf: unknown): 'DPoP' | 'Bearer' {
  return isJsonObject(cnf) && cnf.jkt !== undefined ? 'DPoP' : 'Bearer';
}
