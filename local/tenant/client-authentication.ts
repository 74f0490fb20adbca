/**
 * Identifies the client at the token endpoint and checks its secret (RFC 6749 section 2.3.1) or its assertion. Secrets are
 * compared in constant time.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Exchange } from './http.ts';
import { invalidClient, invalidRequest, oauthError } from './oauth-error.ts';
import type { Fields } from './oauth-fields.ts';
import type { TenantParts } from './parts.ts';
import type { ClientRecord } from './records.ts';

export interface CallingClient {
  readonly client: ClientRecord;
  /** `false` for a client without a secret. */
  readonly authenticated: boolean;
}

/**
 * Finds the client and checks its secret or assertion.
 *
 * @throws {Refusal} 401 `invalid_client`; for a wrong secret what real tenants send instead: 401 `access_denied` "Unauthorized"
 */
export function authenticateClient(
  exchange: Exchange,
  fields: Fields,
  { state, assertions }: Pick<TenantParts, 'state' | 'assertions'>,
): CallingClient {
  if (fields.client_assertion !== undefined) {
    if (exchange.headers.authorization !== undefined || fields.client_secret !== undefined) throw twoWays();
    return { client: assertions.verifyClient(fields), authenticated: true };
  }
  const { clientId, secret } = readClaim(exchange, fields);
  const client = state.clients.get(clientId);
  if (!client) throw invalidClient('Client authentication failed.');
  if (client.credentials) throw invalidClient('The client must authenticate with an assertion (private_key_jwt).');
  if (client.client_secret === undefined) return { client, authenticated: false };
  if (!secret) throw invalidClient('Client authentication failed.');
  if (!equals(secret, client.client_secret)) throw oauthError(401, 'access_denied', 'Unauthorized');
  return { client, authenticated: true };
}

function readClaim(
  exchange: Exchange,
  fields: Fields,
): { readonly clientId: string; readonly secret: string | undefined } {
  const { authorization } = exchange.headers;
  if (authorization === undefined) return { clientId: fields.client_id ?? '', secret: fields.client_secret };
  if (fields.client_secret !== undefined) throw twoWays();
  const encoded = /^Basic ([A-Za-z0-9+/]+={0,2})$/i.exec(authorization)?.[1] ?? '';
  const pair = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  if (colon < 0) throw invalidClient('Client authentication failed.');
  return { clientId: decodeForm(pair.slice(0, colon)), secret: decodeForm(pair.slice(colon + 1)) };
}

function twoWays() {
  return invalidRequest('Use one way of client authentication only.');
}

/** RFC 6749 section 2.3.1: name and secret are form-encoded before they are joined. */
function decodeForm(text: string): string {
  return new URLSearchParams(`v=${text.replaceAll('&', '%26')}`).get('v') ?? '';
}

function equals(left: string, right: string): boolean {
  return timingSafeEqual(digest(left), digest(right));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
