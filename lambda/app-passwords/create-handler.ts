/**
 * The handler of the only function that can read the secret of the client for app specific passwords. So it handles three kinds of
 * events: requests to the API, the schedule, and CloudFormation's.
 */
import type { AppPasswordPorts } from '../../src/app-passwords/ports.ts';
import type { Invocation } from '../../src/custom-resource/handler.ts';
import { type ApiSettings, createApi } from './api.ts';
import { type BackgroundHandler, unknownEvent } from './background-events.ts';
import { isApiEvent } from './request.ts';

/**
 * Makes the handler.
 *
 * @param background handles the events that are not requests to the API. @default they are refused
 */
export function createAppPasswordsHandler(
  settings: ApiSettings,
  ports: AppPasswordPorts,
  background?: BackgroundHandler,
): (event: unknown, invocation?: Invocation) => Promise<unknown> {
  const api = createApi(settings, ports);
  return async (event, invocation) => {
    if (isApiEvent(event)) return api(event);
    if (background && invocation) return background(event, invocation);
    throw unknownEvent();
  };
}
