/** The props of the construct `AppPasswords`. */
import type { Duration } from 'aws-cdk-lib';
import type { IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { IConstruct } from 'constructs';
import { appPasswordEntries } from '../src/config/app-passwords.ts';
import { managementDomain } from '../src/config/deployment-fields.ts';
import type { RouteSetting } from '../src/core/routes.ts';
import type { AuthorizerFunction } from './authorizer-function.ts';
import { checkProp } from './check-prop.ts';
import type { StageProps } from './stage-options.ts';

/** Who may manage app specific passwords, and how. */
export interface AppPasswordsOptions extends StageProps {
  /**
   * Secret `{"clientId","clientSecret"}` or `{"clientId","privateKey"}` of a client of your own for this. It needs a grant for the
   * Management API with the scopes `read:`, `create:` and `delete:user_application_passwords`, and should have no other. Only the
   * function behind the API can read it.
   */
  readonly clientSecret: ISecret;

  /**
   * The ids of the clients whose users may manage app specific passwords: 1 to 20. The page signs in with the first, which must be a
   * single-page application with the URL of the page as a callback, logout URL and web origin.
   */
  readonly clients: readonly string[];

  /**
   * The tenant's own domain as a URL with its final slash, such as `https://tenant.auth0.com/`, if the issuer is a custom domain.
   *
   * @default - the issuer
   */
  readonly tenantUrl?: string | undefined;

  /**
   * How long ago a user may have logged in: one minute to 30 days. Tokens must then have the `authTimeClaim`.
   *
   * @see RFC 9470
   * @default - the age of the login does not matter
   */
  readonly maxAuthAge?: Duration | undefined;

  /**
   * The claim with the time of the login, in epoch seconds. An Action of the tenant adds it.
   *
   * @default 'login_time'
   */
  readonly authTimeClaim?: string | undefined;

  /**
   * What the page calls each scope, such as `{ 'read:foo': 'Read foos' }`: 1 to 200 characters for each.
   *
   * @default - the page shows the scope itself
   */
  readonly scopeDescriptions?: Readonly<Record<string, string>> | undefined;

  /**
   * A URL of the API, for the command with which the page lets users try a new password, such as the URL of a REST API and a path.
   *
   * @default - the audience
   */
  readonly exampleUrl?: string | undefined;

  /**
   * What the `exampleUrl` requires, as in the `routes` of an `Auth0Authorizer`. The page shows the command only for passwords that it
   * works with.
   *
   * @default [] - it accepts every password
   */
  readonly exampleScopes?: RouteSetting | undefined;

  /**
   * The origins of other pages that may use the API, such as `https://app.example`: at most 20.
   *
   * @default - only the page of this construct
   */
  readonly allowOrigins?: readonly string[] | undefined;

  /**
   * Receives an event for each password that is created or deleted, or that has expired. It contains the user's `sub`.
   *
   * @default - no events
   */
  readonly eventBus?: IEventBus | undefined;

  /**
   * What happens when the stack is deleted while passwords with an expiry exist. `refuse` fails the deletion, because nobody would
   * delete them in time any more. `delete` deletes them at the tenant.
   *
   * @default 'refuse'
   */
  readonly onDestroy?: 'refuse' | 'delete' | undefined;

  /**
   * Actions for when an alarm goes off, such as an `SnsAction`.
   *
   * @default - only the alarm's state changes
   */
  readonly alarmActions?: readonly IAlarmAction[] | undefined;
}

/** The authorizer of `AppPasswords`, and who may manage app specific passwords. */
export interface AppPasswordsProps extends AppPasswordsOptions {
  /** The authorizer of the API for which the passwords are. It must be in the same stack. */
  readonly authorizer: AuthorizerFunction;
}

/**
 * Checks the props that are not part of a function's configuration, or that are clearer under their own name.
 *
 * @throws ConfigurationError `configuration_invalid`
 */
export function checkAppPasswordsProps(scope: IConstruct, props: AppPasswordsProps): void {
  const { appPasswordClients, scopeDescriptions, appPasswordsOrigins, authTimeClaim } = appPasswordEntries;
  checkProp(scope, 'clients', props.clients, appPasswordClients.wrapped);
  if (props.tenantUrl !== undefined) checkProp(scope, 'tenantUrl', props.tenantUrl, managementDomain);
  checkProp(scope, 'scopeDescriptions', props.scopeDescriptions ?? {}, scopeDescriptions);
  checkProp(scope, 'allowOrigins', props.allowOrigins ?? [], appPasswordsOrigins);
  checkProp(scope, 'authTimeClaim', props.authTimeClaim ?? authTimeClaim.default, authTimeClaim);
}
