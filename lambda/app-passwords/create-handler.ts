/**
 * The handler of the only function that can read the secret of the client for app specific passwords. So it handles three kinds of
 * events: requests to the API, the schedule, and CloudFormation's.
 */
import type { EndingPorts } from '../../src/app-passwords/end-passwords.ts';
import { sweep } from '../../src/app-passwords/sweep.ts';
import type { AppPasswordsConfiguration } from '../../src/config/app-passwords.ts';
import { isJsonObject } from '../../src/core/json.ts';
import { createCustomResourceHandler, type HandlerPorts, type Invocation } from '../../src/custom-resource/handler.ts';
import { type ApiSettings, createApi } from './api.ts';
import { createGuardResource, GUARD_TYPE } from './guard-resource.ts';
import { isApiEvent } from './request.ts';

export type AppPasswordsSettings = ApiSettings & Pick<AppPasswordsConfiguration, 'onDestroy'>;

export type AppPasswordsPorts = EndingPorts & Pick<HandlerPorts, 'http' | 'deadline'>;

/** Makes the handler. */
export function createAppPasswordsHandler(
  settings: AppPasswordsSettings,
  ports: AppPasswordsPorts,
): (event: unknown, invocation: Invocation) => Promise<unknown> {
  const { audience } = settings;
  const api = createApi(settings, ports);
  const guard = createCustomResourceHandler({ [GUARD_TYPE]: createGuardResource(settings, ports) }, ports);
  return async (event, invocation) => {
    if (isApiEvent(event)) return api(event);
    if (isScheduled(event))
      return sweep(ports, { audience, endMs: ports.clock() + invocation.getRemainingTimeInMillis() });
    if (isJsonObject(event) && event.ResponseURL !== undefined) return guard(event, invocation);
    throw new Error('The event is not one that this function handles.');
  };
}

/** @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/events/EventTypes.html */
function isScheduled(event: unknown): boolean {
  return isJsonObject(event) && event.source === 'aws.events' && event['detail-type'] === 'Scheduled Event';
}
