/** Converts the configuration of the app to the options of `AppPasswords`. */
import { Duration } from 'aws-cdk-lib';
import { EventBus, type IEventBus } from 'aws-cdk-lib/aws-events';
import type { Construct } from 'constructs';
import type { Configuration } from '../src/config/configuration.ts';
import type { AppPasswordsOptions } from './app-passwords-props.ts';
import { importSecret } from './secret-id.ts';

/** The options; `undefined` if the app has no app specific passwords for users. */
export function appPasswordsOptions(scope: Construct, configuration: Configuration): AppPasswordsOptions | undefined {
  const { appPasswords, appPasswordsSecret, appPasswordClients, maxAuthAgeSeconds } = configuration;
  if (!appPasswords || appPasswordsSecret === undefined || appPasswordClients === undefined) return undefined;
  return {
    clientSecret: importSecret(scope, 'AppPasswordsSecret', appPasswordsSecret),
    clients: appPasswordClients,
    tenantUrl: configuration.managementDomain,
    maxAuthAge: maxAuthAgeSeconds === undefined ? undefined : Duration.seconds(maxAuthAgeSeconds),
    authTimeClaim: configuration.authTimeClaim,
    scopeDescriptions: configuration.scopeDescriptions,
    allowOrigins: configuration.appPasswordsOrigins,
    eventBus: importBus(scope, 'AppPasswordsEventBus', configuration.appPasswordsEventBus),
    onDestroy: configuration.appPasswordsOnDestroy,
    accessLog: configuration.accessLog,
  };
}

/** Imports the event bus that the configuration names, by its name or ARN. */
export function importBus(scope: Construct, id: string, bus: string | undefined): IEventBus | undefined {
  if (bus === undefined) return undefined;
  return bus.startsWith('arn:') ? EventBus.fromEventBusArn(scope, id, bus) : EventBus.fromEventBusName(scope, id, bus);
}
