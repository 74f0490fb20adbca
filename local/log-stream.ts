/** Passes the tenant's log events on to the revocation queue, as the rules in EventBridge do (`lib/log-event-rules.ts`). */
import { isJsonObject, type JsonObject } from '../src/core/json.ts';
import { FIELDS_THAT_REVOKE, MANAGEMENT_CODE, USER_CODES } from '../src/revocation/log-events.ts';

const USERS_PATH = '/api/v2/users/';

/**
 * Transforms an event.
 *
 * @returns the body of the message; `undefined` if no rule matches
 */
export function logEventMessage(event: JsonObject): string | undefined {
  const { type, date, user_id: user, details } = event;
  if (date === undefined) return undefined;
  if (type === MANAGEMENT_CODE) {
    const request = isJsonObject(details) ? details.request : undefined;
    if (!isJsonObject(request) || !mayRevoke(request)) return undefined;
    return JSON.stringify({ type, date, path: request.path });
  }
  if (typeof type !== 'string' || !Object.hasOwn(USER_CODES, type) || user === undefined || user === '')
    return undefined;
  return JSON.stringify({ type, date, user });
}

function mayRevoke({ path, method, body }: JsonObject): boolean {
  if (typeof path !== 'string' || !path.startsWith(USERS_PATH)) return false;
  if (path.includes('/', USERS_PATH.length)) return true;
  if (method !== undefined && String(method).toLowerCase() !== 'patch') return true;
  return isJsonObject(body) && FIELDS_THAT_REVOKE.some((field) => body[field] !== undefined);
}
