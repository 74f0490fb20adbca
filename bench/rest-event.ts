/** A recorded event of a REST API, with a given Bearer token. */
import type { RestEvent } from '../lambda/authorizer/rest.ts';
import recorded from '../test/support/lambda/events/rest-request.json' with { type: 'json' };

export function restEventText(token: string): string {
  return JSON.stringify(recorded).replaceAll('Bearer abc', `Bearer ${token}`);
}

export function restEvent(token: string): RestEvent {
  return JSON.parse(restEventText(token));
}
