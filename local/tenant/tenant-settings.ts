/**
 * `/api/v2/clients`, `connections` and `tenants/settings`: what set-up code reads and never writes. Client secrets are
 * never returned.
 */

import { inexistent } from './api-error.ts';
import type { Exchange, Reply } from './http.ts';
import { withScope } from './management-authorization.ts';
import { pageReply } from './pages.ts';
import type { PathParameters, Route, TenantParts } from './parts.ts';
import type { ClientRecord, JsonObject } from './records.ts';

function listClients({ query }: Exchange, { state }: TenantParts): Reply {
  return pageReply('clients', [...state.clients.values()].map(describe), query);
}

function getClient(_exchange: Exchange, { state }: TenantParts, { id = '' }: PathParameters): Reply {
  const client = state.clients.get(id);
  if (!client) throw inexistent('client', 'inexistent_client');
  return { status: 200, body: describe(client) };
}

function listConnections({ query }: Exchange, { state }: TenantParts): Reply {
  const name = query.get('name');
  const found = [...state.connections.values()].filter((connection) => (name ?? connection.name) === connection.name);
  return pageReply('connections', found, query);
}

function getSettings(_exchange: Exchange, { state }: TenantParts): Reply {
  return { status: 200, body: state.settings };
}

function describe({ client_secret, credentials, ...client }: ClientRecord): JsonObject {
  const common = { is_token_endpoint_ip_header_trusted: false, ...client };
  if (credentials) {
    const privateKeyJwt = { credentials: credentials.map(({ id }) => ({ id })) };
    return { ...common, client_authentication_methods: { private_key_jwt: privateKeyJwt } };
  }
  return { ...common, token_endpoint_auth_method: client_secret === undefined ? 'none' : 'client_secret_post' };
}

export const settingsRoutes: readonly Route[] = [
  { method: 'GET', path: '/api/v2/clients', handler: withScope(['read:clients'], listClients) },
  { method: 'GET', path: '/api/v2/clients/:id', handler: withScope(['read:clients'], getClient) },
  { method: 'GET', path: '/api/v2/connections', handler: withScope(['read:connections'], listConnections) },
  { method: 'GET', path: '/api/v2/tenants/settings', handler: withScope(['read:tenant_settings'], getSettings) },
];
