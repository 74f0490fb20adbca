/**
 * The tenant's log stream, as far as it is about the Management API: an event with the code `sapi` for each write that succeeded. Like
 * a real one, the event holds the response, and so the value of a new app specific password; `user_id` is who made the request.
 */
import type { Exchange, Reply } from './http.ts';
import type { JsonObject } from './records.ts';

/** Called with each event. */
export type OnLogEvent = (event: JsonObject) => void;

/** Describes a request; `undefined` if it was not a write of the Management API that succeeded. */
export function logEventOf({ method, path, body }: Exchange, reply: Reply, nowMs: number): JsonObject | undefined {
  if (!path.startsWith('/api/v2/') || method === 'GET' || reply.status >= 300) return undefined;
  return {
    date: new Date(nowMs).toISOString(),
    type: 'sapi',
    description: `${method} ${path}`,
    user_id: 'auth0|the-administrator',
    details: {
      request: { method: method.toLowerCase(), path, body: body ?? {} },
      response: { statusCode: reply.status, body: reply.body ?? {} },
    },
  };
}
