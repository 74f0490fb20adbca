/** What the authorizer of local mode must know about app specific passwords: the routes of their API, and their expiries. */
import { randomBytes } from 'node:crypto';
import { MANAGE_APP_PASSWORDS } from '../../src/config/app-passwords.ts';
import type { RouteSettings } from '../../src/core/routes.ts';
import { MemoryExpiryTable } from './memory-tables.ts';

export const API_ROUTES = [
  'GET /app-passwords',
  'POST /app-passwords',
  'GET /app-passwords/{id}',
  'DELETE /app-passwords/{id}',
];

/** The expiries, and the secret under which their ids are computed. */
export interface LocalExpiries {
  readonly table: MemoryExpiryTable;
  readonly readSecret: () => Promise<string>;
}

export function localExpiries(): LocalExpiries {
  const secret = randomBytes(48).toString('base64');
  return { table: new MemoryExpiryTable(), readSecret: async () => secret };
}

/** What the routes of the API require, as in a deployment. */
export function appPasswordRoutes(audience: string, otherAudiences: readonly string[]): RouteSettings {
  const scopes = [MANAGE_APP_PASSWORDS];
  const requirement = otherAudiences.length === 0 ? scopes : { allOf: scopes, audience };
  return Object.fromEntries(API_ROUTES.map((key) => [key, requirement]));
}
