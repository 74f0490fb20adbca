/** `/api/v2/resource-servers`: the APIs, with the three properties that hold or locate their verification keys. */
import { randomBytes } from 'node:crypto';
import { apiError, inexistent } from './api-error.ts';
import { ENCRYPTION_ALGORITHMS, encryptionKeyOf } from './encrypted-token.ts';
import type { Exchange, Reply } from './http.ts';
import { withScope } from './management-authorization.ts';
import { offeredScopes } from './offered-scopes.ts';
import { pageReply } from './pages.ts';
import type { PathParameters, Route, TenantParts } from './parts.ts';
import { readKeyEntry, readVerificationKey } from './public-key.ts';
import type { JsonObject, ResourceServerRecord } from './records.ts';
import {
  anything,
  bool,
  type Check,
  list,
  nullable,
  object,
  oneOf,
  parseBody,
  positiveInteger,
  text,
} from './schema.ts';
import { findAudience, findResourceServer, scopeValues } from './state.ts';

const scopeCheck = object(['value'], { value: text(1, 280), description: text(0, 500) });

const verificationKeyCheck: Check = (value) =>
  readVerificationKey(value) ? undefined : 'Expected a public RSA key as JWK, PEM certificate or PEM public key';

const verificationKeysCheck = list(
  (entry) =>
    object(['kid', 'pem'], { kid: text(), pem: text() })(entry) ??
    (readKeyEntry(entry) ? undefined : 'Expected a public RSA key as PEM'),
  (entry) => (entry as { kid: string }).kid,
);

const locationCheck: Check = (value) =>
  text()(value) ?? (/^https?:\/\//.test(String(value)) && URL.canParse(String(value)) ? undefined : 'Expected a URL');

const possessionCheck = object(['mechanism', 'required'], {
  mechanism: oneOf('mtls', 'dpop'),
  required: bool,
  required_for: oneOf('public_clients', 'all_clients'),
});

const encryptionCheck: Check = (value) =>
  object(['format', 'encryption_key'], {
    format: oneOf('compact-nested-jwe'),
    encryption_key: object(['alg', 'pem'], {
      alg: oneOf(...ENCRYPTION_ALGORITHMS),
      pem: text(),
      kid: text(),
      name: text(),
    }),
  })(value) ?? (encryptionKeyOf(value) ? undefined : 'Expected a public RSA key as PEM');

const changeable: Readonly<Record<string, Check>> = {
  name: text(1, 200),
  scopes: list(scopeCheck, (scope) => (scope as { value: string }).value),
  signing_alg: oneOf('RS256', 'HS256', 'PS256'),
  signing_secret: text(16),
  allow_offline_access: bool,
  token_lifetime: positiveInteger,
  token_lifetime_for_web: positiveInteger,
  token_dialect: oneOf('access_token', 'access_token_authz', 'rfc9068_profile', 'rfc9068_profile_authz'),
  skip_consent_for_verifiable_first_party_clients: bool,
  enforce_policies: bool,
  token_encryption: nullable(encryptionCheck),
  consent_policy: anything,
  authorization_details: anything,
  proof_of_possession: nullable(possessionCheck),
  subject_type_authorization: anything,
  verificationKey: nullable(verificationKeyCheck),
  verificationKeys: nullable(verificationKeysCheck),
  verificationLocation: nullable(locationCheck),
};

const SYSTEM_CHANGEABLE = [
  'token_lifetime',
  'token_lifetime_for_web',
  'skip_consent_for_verifiable_first_party_clients',
];

const ALWAYS_SHOWN = {
  signing_alg: 'RS256',
  token_lifetime_for_web: 7_200,
  skip_consent_for_verifiable_first_party_clients: false,
};

function listAll(exchange: Exchange, tenant: TenantParts): Reply {
  const { state } = tenant;
  const wanted = exchange.query.getAll('identifiers');
  const all = [...state.resourceServers.values()];
  const found = wanted.length === 0 ? all : all.filter((api) => wanted.includes(api.identifier));
  return pageReply(
    'resource_servers',
    found.map((api) => present(api, tenant)),
    exchange.query,
  );
}

function get(_exchange: Exchange, tenant: TenantParts, parameters: PathParameters): Reply {
  return { status: 200, body: present(requireApi(parameters, tenant), tenant) };
}

function create(exchange: Exchange, tenant: TenantParts): Reply {
  const { state, behaviour } = tenant;
  const properties = { ...changeable, identifier: text(1, 600) };
  const body = parseBody(exchange, { required: ['identifier'], properties }, behaviour.refusedProperties);
  const identifier = String(body.identifier);
  if (findAudience(state, identifier)) {
    throw apiError(
      409,
      `A resource server with identifier "${identifier}" already exists.`,
      'resource_server_conflict',
    );
  }
  const defaults = {
    signing_alg: 'RS256',
    allow_offline_access: false,
    token_lifetime: 86_400,
  };
  const record = {
    id: randomBytes(12).toString('hex'),
    ...defaults,
    ...withoutNull(body),
    identifier,
  };
  state.resourceServers.set(record.id, record);
  return { status: 201, body: present(record, tenant) };
}

function update(exchange: Exchange, tenant: TenantParts, parameters: PathParameters): Reply {
  const before = requireApi(parameters, tenant);
  const { refusedProperties, keepsNulledProperties } = tenant.behaviour;
  const body = parseBody(exchange, { required: [], properties: propertiesOf(before) }, refusedProperties);
  const removed = keepsNulledProperties ? [] : Object.keys(body).filter((name) => body[name] === null);
  const after: Record<string, unknown> = { ...before, ...withoutNull(body) };
  for (const name of removed) delete after[name];
  // A real tenant makes a secret too.
  if (after.signing_alg === 'HS256') after.signing_secret ??= randomBytes(32).toString('base64url');
  const record = after as unknown as ResourceServerRecord;
  tenant.state.resourceServers.set(before.id, record);
  dropLostScopes(before, record, tenant);
  return { status: 200, body: present(record, tenant) };
}

function remove(_exchange: Exchange, tenant: TenantParts, parameters: PathParameters): Reply {
  const api = requireApi(parameters, tenant);
  if (api.is_system) throw apiError(403, 'System resource servers cannot be deleted.', 'operation_not_supported');
  const { resourceServers, clientGrants, applicationPasswords } = tenant.state;
  resourceServers.delete(api.id);
  for (const grant of clientGrants.values()) if (grant.audience === api.identifier) clientGrants.delete(grant.id);
  for (const record of applicationPasswords.values()) {
    if (record.audience === api.identifier) applicationPasswords.delete(record.id);
  }
  return { status: 204 };
}

function requireApi({ id = '' }: PathParameters, { state }: TenantParts): ResourceServerRecord {
  const api = findResourceServer(state, id);
  if (!api) throw inexistent('resource server', 'inexistent_resource_server');
  return api;
}

function propertiesOf(api: ResourceServerRecord): Readonly<Record<string, Check>> {
  if (!api.is_system) return changeable;
  return Object.fromEntries(Object.entries(changeable).filter(([name]) => SYSTEM_CHANGEABLE.includes(name)));
}

function withoutNull(body: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null));
}

/**
 * Formats an API as the Management API returns it: without what was never set, without a false `is_system`, always with
 * some members.
 */
function present(api: ResourceServerRecord, tenant: TenantParts): JsonObject {
  const { is_system: isSystem, scopes, ...rest } = api;
  const offered = offeredScopes(api, tenant);
  const shown = scopes?.filter(({ value }) => offered.includes(value));
  const hidden = tenant.behaviour.hiddenProperties;
  const visible = Object.fromEntries(Object.entries(rest).filter(([name]) => !hidden.includes(name)));
  return { ...ALWAYS_SHOWN, ...visible, ...(isSystem && { is_system: true }), ...(shown && { scopes: shown }) };
}

/** Removes scopes that an API no longer has from every grant for it. */
function dropLostScopes(before: ResourceServerRecord, api: ResourceServerRecord, { state }: TenantParts): void {
  const left = scopeValues(api);
  const lost = scopeValues(before).filter((scope) => !left.includes(scope));
  for (const grant of state.clientGrants.values()) {
    if (grant.audience !== api.identifier) continue;
    state.clientGrants.set(grant.id, { ...grant, scope: grant.scope.filter((scope) => !lost.includes(scope)) });
  }
}

export const resourceServerRoutes: readonly Route[] = [
  { method: 'GET', path: '/api/v2/resource-servers', handler: withScope(['read:resource_servers'], listAll) },
  { method: 'POST', path: '/api/v2/resource-servers', handler: withScope(['create:resource_servers'], create) },
  { method: 'GET', path: '/api/v2/resource-servers/:id', handler: withScope(['read:resource_servers'], get) },
  { method: 'PATCH', path: '/api/v2/resource-servers/:id', handler: withScope(['update:resource_servers'], update) },
  { method: 'DELETE', path: '/api/v2/resource-servers/:id', handler: withScope(['delete:resource_servers'], remove) },
];
