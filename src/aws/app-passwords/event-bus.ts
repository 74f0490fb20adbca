/** Sends events about app specific passwords to the operator's event bus. An event names the user, because notifications need that. */
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { AppPasswordEvent } from '../../app-passwords/ports.ts';
import { CLIENT_OPTIONS } from '../client-options.ts';
import { AwsError, errorName } from '../errors.ts';

const SOURCE = 'auth0-api-authorizer';
const DETAIL_TYPES: Readonly<Record<AppPasswordEvent['type'], string>> = {
  app_password_created: 'App Password Created',
  app_password_deleted: 'App Password Deleted',
  app_password_expired: 'App Password Expired',
};
const EVENT_BUS_ARN = /^arn:[^:]+:events:([a-z0-9-]+):/;

/**
 * Connects to a bus with the credentials of the environment, in the Region of its ARN.
 *
 * @param bus its name or ARN
 * @param audience is part of each event
 * @returns a function that throws AwsError `event_unsent`
 */
export function createEventSender(
  bus: string,
  audience: string,
  client = new EventBridgeClient(optionsFor(bus)),
): (event: AppPasswordEvent) => Promise<void> {
  return async ({ type, subject, ...detail }) => {
    const Detail = JSON.stringify({ audience, sub: subject, ...detail });
    const entry = { EventBusName: bus, Source: SOURCE, DetailType: DETAIL_TYPES[type], Detail };
    const response = await client.send(new PutEventsCommand({ Entries: [entry] })).catch((error: unknown) => {
      throw unsent(bus, errorName(error));
    });
    // A response of 200 can report that the event was not accepted.
    if ((response.FailedEntryCount ?? 0) > 0) throw unsent(bus, nameOf(response.Entries?.[0]?.ErrorCode));
  };
}

function nameOf(code: string | undefined): string {
  return code !== undefined && /^\w{1,80}$/.test(code) ? code : 'an error without a name';
}

function unsent(bus: string, name: string): AwsError {
  return new AwsError(
    'event_unsent',
    `The event bus ${bus} did not accept an event: got ${name}. Check the name, and that the function's role may use events:PutEvents on it.`,
  );
}

function optionsFor(bus: string) {
  const region = EVENT_BUS_ARN.exec(bus)?.[1];
  return { ...CLIENT_OPTIONS, ...(region !== undefined && { region }) };
}
