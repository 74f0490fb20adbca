/**
 * `/api/v2/users/{id}/application-passwords`: app specific passwords. Only the request that creates one returns its
 * value.
 */

import { inexistent, invalidBody } from './api-error.ts';
import type { Exchange, Reply } from './http.ts';
import { withScope } from './management-authorization.ts';
import { NOT_FOUND } from './not-found.ts';
import type { Handler, PathParameters, Route, TenantParts } from './parts.ts';
import type { ApplicationPasswordRecord, JsonObject, UserRecord } from './records.ts';
import { list, parseBody, type Schema, text } from './schema.ts';
import { findAudience, scopeValues } from './state.ts';

const schema: Schema = {
  required: ['label', 'audience', 'scope'],
  properties: { label: text(1, 100), audience: text(), scope: list(text()) },
};

function listAll(_exchange: Exchange, tenant: TenantParts, parameters: PathParameters): Reply {
  const { user_id } = requireUser(parameters, tenant);
  const own = [...tenant.state.applicationPasswords.values()].filter((record) => record.user_id === user_id);
  return { status: 200, body: own.map((record) => ({ ...describe(record), ...lastAccess(record) })) };
}

function create(exchange: Exchange, tenant: TenantParts, parameters: PathParameters): Reply {
  const { user_id: userId } = requireUser(parameters, tenant);
  const body = parseBody(exchange, schema);
  const label = String(body.label);
  const audience = String(body.audience);
  const scope = readScope(body.scope, audience, tenant);
  const record = tenant.tokens.issueApplicationPassword({ userId, label, audience, scope });
  return { status: 201, body: { ...describe(record), value: record.value } };
}

function remove(_exchange: Exchange, tenant: TenantParts, parameters: PathParameters): Reply {
  const { user_id } = requireUser(parameters, tenant);
  const record = tenant.state.applicationPasswords.get(parameters.passwordId ?? '');
  if (record?.user_id !== user_id) throw inexistent('application password', 'inexistent_application_password');
  tenant.state.applicationPasswords.delete(record.id);
  return { status: 204 };
}

function requireUser({ id = '' }: PathParameters, { state }: TenantParts): UserRecord {
  const user = state.users.get(id);
  if (!user) throw inexistent('user', 'inexistent_user');
  return user;
}

function readScope(scope: unknown, audience: string, { state }: TenantParts): readonly string[] {
  const api = findAudience(state, audience);
  if (!api) throw inexistent('resource server', 'inexistent_resource_server');
  const requested = (scope as readonly unknown[]).map(String);
  const unknown = requested.filter((value) => !scopeValues(api).includes(value));
  if (unknown.length > 0) throw invalidBody(`'Unknown scopes: ${unknown.join(',')}' on property scope`);
  return requested;
}

function describe({ id, label, audience, scope, createdAtMs }: ApplicationPasswordRecord): JsonObject {
  return { id, label, audience, scope, created_at: new Date(createdAtMs).toISOString() };
}

function lastAccess({ lastAccessedMs }: ApplicationPasswordRecord): JsonObject {
  return lastAccessedMs === undefined ? {} : { last_accessed: new Date(lastAccessedMs).toISOString() };
}

const PATH = '/api/v2/users/:id/application-passwords';

/** Without the feature, the tenant does not have this path, whatever the caller's token. */
function ifEnabled(handler: Handler): Handler {
  return (exchange, tenant, parameters) =>
    tenant.behaviour.hasApplicationPasswords ? handler(exchange, tenant, parameters) : NOT_FOUND;
}

const withFeature = (scope: string, handler: Handler) => ifEnabled(withScope([scope], handler));

export const applicationPasswordRoutes: readonly Route[] = [
  { method: 'GET', path: PATH, handler: withFeature('read:user_application_passwords', listAll) },
  { method: 'POST', path: PATH, handler: withFeature('create:user_application_passwords', create) },
  { method: 'DELETE', path: `${PATH}/:passwordId`, handler: withFeature('delete:user_application_passwords', remove) },
];
