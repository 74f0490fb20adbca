/** The two functions of `AppPasswords`: one behind the API, which alone can read its client's secret, and one for the page, without any right. */
import { Duration, Lazy } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct, IConstruct } from 'constructs';
import {
  type AppPasswordsConfiguration,
  type AppPasswordsPageConfiguration,
  appPasswordEntries,
  MANAGE_APP_PASSWORDS,
  parseAppPasswordsConfiguration,
  parseAppPasswordsPageConfiguration,
  scopeLists,
} from '../src/config/app-passwords.ts';
import { DEFAULTS } from '../src/config/defaults.ts';
import { RouteMap } from '../src/core/routes.ts';
import type { LinkedAuthorizer } from './app-passwords-link.ts';
import type { AppPasswordsProps } from './app-passwords-props.ts';
import type { AppPasswordsState } from './app-passwords-state.ts';
import { invalidProp, secondsOf } from './check-prop.ts';
import { functionConfiguration } from './function-configuration.ts';
import { secretIdOf } from './secret-id.ts';
import { readSecretStatements } from './secret-statements.ts';
import { ServiceFunction } from './service-function.ts';

/** What both functions are made from. */
export interface AppPasswordsParts {
  readonly props: AppPasswordsProps;
  readonly authorizer: LinkedAuthorizer;
  readonly state: AppPasswordsState;
}

/** The scopes that a password can have are known at the end of synthesis only. Everything else is checked at once. */
const SOME_SCOPES: readonly string[] = [];
/** API Gateway waits for 29 s. The sweep and the guard, which CloudFormation waits for, may take longer. */
const FUNCTION_TIMEOUT = Duration.minutes(2);
/** A function's environment holds 4 KB. The rest is reserved for names that are known only at deployment. */
const MAXIMUM_BYTES = 3072;

/**
 * Creates the function behind the API. It also deletes the passwords that have expired.
 *
 * @throws ConfigurationError `configuration_invalid`
 */
export function appPasswordsFunction(scope: Construct, parts: AppPasswordsParts): LambdaFunction {
  const configurationFor = (scopes: readonly string[]) => configuration(scope, parts, scopes);
  configurationFor(SOME_SCOPES);
  return new ServiceFunction(scope, 'Manage', {
    folder: 'app-passwords',
    description: 'Lists, creates and deletes app specific passwords of users, and deletes them when they expire.',
    timeout: FUNCTION_TIMEOUT,
    environment: { CONFIG: Lazy.uncachedString({ produce: () => configurationFor(scopesOf(parts.props)) }) },
    statements: statements(scope, parts),
  }).function;
}

/**
 * Creates the function that serves the page.
 *
 * @throws ConfigurationError `configuration_invalid`
 */
export function appPasswordsPageFunction(scope: Construct, parts: AppPasswordsParts): LambdaFunction {
  const configurationFor = (scopes: readonly string[]) => pageConfiguration(scope, parts, scopes);
  configurationFor(SOME_SCOPES);
  return new ServiceFunction(scope, 'Page', {
    folder: 'app-passwords-page',
    description: 'Serves the page for app specific passwords.',
    environment: { CONFIG: Lazy.uncachedString({ produce: () => configurationFor(scopesOf(parts.props)) }) },
  }).function;
}

/** No app specific password may manage others. */
function scopesOf({ authorizer }: AppPasswordsProps): readonly string[] {
  const all = new RouteMap(authorizer.routes).scopesFor(authorizer.audience);
  return all.filter((scope) => scope !== MANAGE_APP_PASSWORDS);
}

function configuration(scope: IConstruct, { props, authorizer, state }: AppPasswordsParts, scopes: readonly string[]) {
  const { issuer, audience } = authorizer.props;
  const { configuration: shared, revocation } = authorizer.sharedState;
  const values: Readonly<Record<keyof AppPasswordsConfiguration, unknown>> = {
    issuer,
    audience,
    tenantUrl: props.tenantUrl ?? issuer,
    clientSecret: secretIdOf(props.clientSecret),
    clients: props.clients,
    scopes,
    expiries: { table: state.expiries.tableName, digestSecret: state.digestSecretArn },
    limitTable: state.calls.tableName,
    revocation: {
      table: revocation.table.tableName,
      queueUrl: revocation.queue.queueUrl,
      seconds: shared.revocation.seconds,
      gatewayTtlSeconds: gatewayTtlOf(authorizer),
    },
    maxAuthAgeSeconds: maxAuthAgeOf(scope, props),
    authTimeClaim: props.authTimeClaim ?? appPasswordEntries.authTimeClaim.default,
    origins: props.allowOrigins ?? [],
    eventBus: props.eventBus?.eventBusArn,
    onDestroy: props.onDestroy ?? appPasswordEntries.appPasswordsOnDestroy.default,
  };
  return assertSize(scope, functionConfiguration(scope, values, parseAppPasswordsConfiguration));
}

function pageConfiguration(scope: IConstruct, { props, authorizer }: AppPasswordsParts, scopes: readonly string[]) {
  const { issuer, audience } = authorizer.props;
  const values: Readonly<Record<keyof AppPasswordsPageConfiguration, unknown>> = {
    issuer,
    audience,
    clientId: props.clients[0],
    scopes,
    scopeDescriptions: props.scopeDescriptions ?? {},
    maxAuthAgeSeconds: maxAuthAgeOf(scope, props),
    exampleUrl: props.exampleUrl,
    exampleScopes: props.exampleScopes === undefined ? undefined : scopeLists(props.exampleScopes),
  };
  return assertSize(scope, functionConfiguration(scope, values, parseAppPasswordsPageConfiguration));
}

/** API Gateway caches no response for longer. */
const LONGEST_CACHING_SECONDS = 3600;

/** A value that is known only when it is deployed counts as the longest. */
function gatewayTtlOf({ props: { resultsCacheTtl } }: LinkedAuthorizer): number {
  if (resultsCacheTtl === undefined) return DEFAULTS.gatewayTtlSeconds;
  return resultsCacheTtl.isUnresolved() ? LONGEST_CACHING_SECONDS : resultsCacheTtl.toSeconds();
}

function maxAuthAgeOf(scope: IConstruct, { maxAuthAge }: AppPasswordsProps): number | undefined {
  return secondsOf(scope, 'maxAuthAge', maxAuthAge, appPasswordEntries.maxAuthAgeSeconds.wrapped);
}

function statements(scope: Construct, { props, authorizer, state }: AppPasswordsParts): readonly PolicyStatement[] {
  const { clientSecret, eventBus } = props;
  const { table, queue } = authorizer.sharedState.revocation;
  const statement = (action: string, resource: string) =>
    new PolicyStatement({ actions: [action], resources: [resource] });
  return [
    ...readSecretStatements(scope, clientSecret, authorizer.props.signingKey.encryptionKey),
    ...state.functionStatements,
    statement('dynamodb:GetItem', table.tableArn),
    statement('sqs:SendMessage', queue.queueArn),
    ...(eventBus ? [statement('events:PutEvents', eventBus.eventBusArn)] : []),
  ];
}

function assertSize(scope: IConstruct, config: string): string {
  const bytes = Buffer.byteLength(config);
  if (bytes <= MAXIMUM_BYTES) return config;
  throw invalidProp(
    scope,
    `The configuration of a function has ${bytes} bytes; expected at most ${MAXIMUM_BYTES}, because a function's environment holds 4 KB. Shorten "scopeDescriptions" or "allowOrigins".`,
  );
}
