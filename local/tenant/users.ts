/** `/api/v2/users`, `users-by-email` and `user-blocks`: reads, changes and deletes users, and removes blocks after failed logins. */

import { inexistent, invalidQuery } from './api-error.ts';
import type { Exchange, Reply } from './http.ts';
import { withScope } from './management-authorization.ts';
import { pageReply } from './pages.ts';
import type { PathParameters, Route, TenantParts } from './parts.ts';
import type { JsonObject, UserRecord } from './records.ts';
import { bool, parseBody, type Schema, text } from './schema.ts';

const schema: Schema = { required: [], properties: { blocked: bool, password: text() } };

function listAll({ query }: Exchange, { state }: TenantParts): Reply {
  return pageReply('users', [...state.users.values()].map(describe), query);
}

function listByEmail({ query }: Exchange, { state }: TenantParts): Reply {
  const email = query.get('email');
  if (!email) throw invalidQuery("'Missing required property: email'");
  const found = [...state.users.values()].filter((user) => user.email === email.toLowerCase());
  return { status: 200, body: found.map(describe) };
}

function get(_exchange: Exchange, { state }: TenantParts, { id = '' }: PathParameters): Reply {
  return { status: 200, body: describe(requireUser(state.users.get(id))) };
}

function update(exchange: Exchange, { state }: TenantParts, { id = '' }: PathParameters): Reply {
  const user = { ...requireUser(state.users.get(id)), ...parseBody(exchange, schema) };
  state.users.set(id, user);
  return { status: 200, body: describe(user) };
}

function remove(_exchange: Exchange, { state }: TenantParts, { id = '' }: PathParameters): Reply {
  // Deleting a user who does not exist succeeds, too.
  state.users.delete(id);
  return { status: 204 };
}

function getBlocks(exchange: Exchange, tenant: TenantParts, parameters: PathParameters): Reply {
  const { username } = findByParameters(exchange, tenant, parameters);
  const blocked_for = tenant.logins.blockedIps(username).map((ip) => ({ identifier: username, ip }));
  return { status: 200, body: { blocked_for } };
}

function removeBlocks(exchange: Exchange, tenant: TenantParts, parameters: PathParameters): Reply {
  tenant.logins.unblock(findByParameters(exchange, tenant, parameters).username);
  return { status: 204 };
}

/** Finds a user by the ID in the path, or by `identifier` (user name or e-mail address) in the query. */
function findByParameters({ query }: Exchange, { state }: TenantParts, { id }: PathParameters): UserRecord {
  if (id !== undefined) return requireUser(state.users.get(id));
  const identifier = query.get('identifier')?.toLowerCase();
  if (!identifier) throw invalidQuery("'Missing required property: identifier'");
  return requireUser([...state.users.values()].find((user) => [user.username, user.email].includes(identifier)));
}

function requireUser(user: UserRecord | undefined): UserRecord {
  if (!user) throw inexistent('user', 'inexistent_user');
  return user;
}

function describe(user: UserRecord): JsonObject {
  const { user_id, username, email, email_verified, connection, blocked = false } = user;
  const [provider, id] = user_id.split('|');
  const identities = [{ connection, provider, user_id: id, isSocial: false }];
  return { user_id, username, email, email_verified, blocked, name: email, identities };
}

export const userRoutes: readonly Route[] = [
  { method: 'GET', path: '/api/v2/users', handler: withScope(['read:users'], listAll) },
  { method: 'GET', path: '/api/v2/users-by-email', handler: withScope(['read:users'], listByEmail) },
  { method: 'GET', path: '/api/v2/users/:id', handler: withScope(['read:users'], get) },
  { method: 'PATCH', path: '/api/v2/users/:id', handler: withScope(['update:users'], update) },
  { method: 'DELETE', path: '/api/v2/users/:id', handler: withScope(['delete:users'], remove) },
  { method: 'GET', path: '/api/v2/user-blocks', handler: withScope(['read:users'], getBlocks) },
  { method: 'GET', path: '/api/v2/user-blocks/:id', handler: withScope(['read:users'], getBlocks) },
  { method: 'DELETE', path: '/api/v2/user-blocks', handler: withScope(['update:users'], removeBlocks) },
  { method: 'DELETE', path: '/api/v2/user-blocks/:id', handler: withScope(['update:users'], removeBlocks) },
];
