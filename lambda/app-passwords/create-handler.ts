/**
 * The handler of the only function that can read the secret of the client for app specific passwords. So it handles three kinds of
 * events: requests to the API, the schedule, and CloudFormation's.
 */
import type { AppPasswordPorts } from '../../src/app-passwords/ports.ts';
import { type ApiSettings, createApi } from './api.ts';
import { isApiEvent } from './request.ts';

/** Makes the handler. */
export function createAppPasswordsHandler(
  settings: ApiSettings,
  ports: AppPasswordPorts,
): (event: unknown) => Promise<unknown> {
  const api = createApi(settings, ports);
  return async (event) => {
    if (isApiEvent(event)) return api(event);
    // Here belong the branches of the schedule and of CloudFormation.
    throw new Error('The event is not one that this function handles.');
  };
}
