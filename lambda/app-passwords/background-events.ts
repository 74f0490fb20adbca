/** Handles the events that no user causes: those of the schedule, and those of CloudFormation. */
import type { EndingPorts } from '../../src/app-passwords/end-passwords.ts';
import { sweep } from '../../src/app-passwords/sweep.ts';
import type { AppPasswordsConfiguration } from '../../src/config/app-passwords.ts';
import { isJsonObject, type JsonObject } from '../../src/core/json.ts';
import { createCustomResourceHandler, type HandlerPorts, type Invocation } from '../../src/custom-resource/handler.ts';
import { createGuardResource, GUARD_TYPE } from './guard-resource.ts';

export type BackgroundSettings = Pick<AppPasswordsConfiguration, 'audience' | 'onDestroy'>;

export type BackgroundPorts = EndingPorts & Pick<HandlerPorts, 'http' | 'deadline'>;

export type BackgroundHandler = (event: unknown, invocation: Invocation) => Promise<void>;

/** Makes the handler. It rejects for any other event. */
export function createBackgroundHandler(settings: BackgroundSettings, ports: BackgroundPorts): BackgroundHandler {
  const { audience } = settings;
  const guard = createCustomResourceHandler({ [GUARD_TYPE]: createGuardResource(settings, ports) }, ports);
  return async (event, invocation) => {
    if (!isJsonObject(event)) throw unknownEvent();
    const endMs = ports.clock() + invocation.getRemainingTimeInMillis();
    if (isScheduled(event)) return sweep(ports, { audience, endMs });
    if (event.ResponseURL !== undefined) return guard(event, invocation);
    throw unknownEvent();
  };
}

/** @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event.html */
function isScheduled(event: JsonObject): boolean {
  return event.source === 'aws.events' && event['detail-type'] === 'Scheduled Event';
}

export function unknownEvent(): Error {
  return new Error('The event is not one that this function handles.');
}
