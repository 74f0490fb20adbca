/** Passes the tenant's log events on to the revocation queue, as the rules in EventBridge do (`lib/log-event-rules.ts`). */
import { isJsonObject, type JsonObject } from '../src/core/json.ts';
import { MANAGEMENT_CODE, USER_CODES } from '../src/revocation/log-events.ts';

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
    const path = isJsonObject(request) ? request.path : undefined;
    if (typeof path !== 'string' || !path.startsWith(USERS_PATH)) return undefined;
    return JSON.stringify({ type, date, path });
  }
  if (typeof type !== 'string' || !Object.hasOwn(USER_CODES, type) || user === undefined) return undefined;
  return JSON.stringify({ type, date, user });
}
