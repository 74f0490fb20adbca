/** What the authorizer of local mode must know about app specific passwords: their API, and their expiries. */
import { randomBytes } from 'node:crypto';
import { MANAGE_APP_PASSWORDS } from '../../src/config/app-passwords.ts';
import { MemoryExpiryTable } from './memory-tables.ts';

/** The gateway gives this id to the events of the API. All of it requires the scope. */
export const APP_PASSWORDS_API = { id: 'localapppasswords', scope: MANAGE_APP_PASSWORDS };

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
