/** `/api/v2/client-grants`: which client may have which scopes of which API, for itself or on behalf of users. */
import { randomUUID } from 'node:crypto';
import { apiError, inexistent, invalidBody } from './api-error.ts';
import type { Exchange, Reply } from './http.ts';
import { withScope } from './management-authorization.ts';
import { offeredScopes } from './offered-scopes.ts';
import { pageReply } from './pages.ts';
import type { PathParameters, Route, TenantParts } from './parts.ts';
import type { ClientGrantRecord, JsonObject } from './records.ts';
import { bool, list, nullable, oneOf, parseBody, type Schema, text } from './schema.ts';
import { findAudience } from './state.ts';

const updateSchema: Schema = {
  required: [],
  properties: {
    scope: list(text()),
    allow_all_scopes: bool,
    organization_usage: nullable(oneOf('deny', 'allow', 'require')),
    allow_any_organization: nullable(bool),
    authorization_details_types: list(text()),
  },
};

const createSchema: Schema = {
  required: ['client_id', 'audience'],
  properties: {
    ...updateSchema.properties,
    client_id: text(),
    audience: text(),
    subject_type: oneOf('client', 'user'),
  },
};

function listAll({ query }: Exchange, { state }: TenantParts): Reply {
  const found = [...state.clientGrants.values()].filter(
    (grant) =>
      matchesQuery(query, 'client_id', grant.client_id) &&
      matchesQuery(query, 'audience', grant.audience) &&
      matchesQuery(query, 'subject_type', kindOf(grant)),
  );
  return pageReply('client_grants', found.map(present), query);
}

function get(_exchange: Exchange, tenant: TenantParts, parameters: PathParameters): Reply {
  return { status: 200, body: present(requireGrant(parameters, tenant)) };
}

function create(exchange: Exchange, tenant: TenantParts): Reply {
  const { state } = tenant;
  const body = parseBody(exchange, createSchema);
  const wanted = { ...body, id: `cgr_${randomUUID().replaceAll('-', '').slice(0, 16)}`, scope: body.scope ?? [] };
  const grant = wanted as unknown as ClientGrantRecord;
  if (body.scope === undefined && !grant.allow_all_scopes) throw invalidBody("'Missing required property: scope'");
  if (!state.clients.has(String(grant.client_id))) throw inexistent('client', 'inexistent_client');
  if (!findAudience(state, grant.audience)) throw inexistent('resource server', 'inexistent_resource_server');
  const twin = [...state.clientGrants.values()].find((other) => isTwin(other, grant));
  if (twin) {
    const pair = `"${grant.client_id}" on the "${grant.audience}" API`;
    throw apiError(409, `A client grant for ${pair} already exists.`, 'client_grant_conflict');
  }
  return { status: 201, body: store(grant, tenant) };
}

function update(exchange: Exchange, tenant: TenantParts, parameters: PathParameters): Reply {
  const before = requireGrant(parameters, tenant);
  const body = parseBody(exchange, updateSchema);
  const after: ClientGrantRecord = { ...before, ...body };
  if (after.allow_all_scopes && Array.isArray(body.scope) && body.scope.length > 0) {
    throw invalidBody("'scope must be empty while allow_all_scopes is true' on property scope");
  }
  return { status: 200, body: store(after, tenant) };
}

function remove(_exchange: Exchange, tenant: TenantParts, parameters: PathParameters): Reply {
  tenant.state.clientGrants.delete(requireGrant(parameters, tenant).id);
  return { status: 204 };
}

/** Stores a grant with all its scopes, including scopes that the API does not have: tokens leave those out. */
function store(grant: ClientGrantRecord, tenant: TenantParts): JsonObject {
  const { state, behaviour } = tenant;
  const api = findAudience(state, grant.audience);
  const known = api ? offeredScopes(api, tenant) : [];
  const scope = behaviour.dropsUnknownScopes ? grant.scope.filter((value) => known.includes(value)) : grant.scope;
  const stored = { ...grant, scope };
  state.clientGrants.set(grant.id, stored);
  return present(stored);
}

/** Formats a grant as the API returns it: always with `subject_type`, and without `scope` if all scopes are allowed. */
function present(grant: ClientGrantRecord): JsonObject {
  const { scope, ...rest } = { ...grant, subject_type: kindOf(grant) };
  return grant.allow_all_scopes ? rest : { ...rest, scope };
}

function requireGrant({ id = '' }: PathParameters, { state }: TenantParts): ClientGrantRecord {
  const grant = state.clientGrants.get(id);
  if (!grant) throw inexistent('client grant', 'inexistent_client_grant');
  return grant;
}

function isTwin(left: ClientGrantRecord, right: ClientGrantRecord): boolean {
  const sameParties = left.client_id === right.client_id && left.audience === right.audience;
  return sameParties && kindOf(left) === kindOf(right);
}

function kindOf(grant: ClientGrantRecord): string {
  return grant.subject_type ?? 'client';
}

function matchesQuery(query: URLSearchParams, name: string, value: string | undefined): boolean {
  return (query.get(name) ?? value) === value;
}

export const clientGrantRoutes: readonly Route[] = [
  { method: 'GET', path: '/api/v2/client-grants', handler: withScope(['read:client_grants'], listAll) },
  { method: 'POST', path: '/api/v2/client-grants', handler: withScope(['create:client_grants'], create) },
  { method: 'GET', path: '/api/v2/client-grants/:id', handler: withScope(['read:client_grants'], get) },
  { method: 'PATCH', path: '/api/v2/client-grants/:id', handler: withScope(['update:client_grants'], update) },
  { method: 'DELETE', path: '/api/v2/client-grants/:id', handler: withScope(['delete:client_grants'], remove) },
];
