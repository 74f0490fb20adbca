/**
 * Self-service for app specific passwords: a page where users create, see and delete their own, and the API behind it. The API has a
 * client of its own for the tenant, whose secret no other function can read.
 */
import { Duration } from 'aws-cdk-lib';
import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import { type Alarm, Metric, type MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as LambdaTarget } from 'aws-cdk-lib/aws-events-targets';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { appPasswordEntries, MANAGE_APP_PASSWORDS, pageTokensFault } from '../src/config/app-passwords.ts';
import { APP_PASSWORD_METRICS, METRIC_NAMESPACE } from '../src/config/metrics.ts';
import { alarmAt } from './alarm.ts';
import { AppPasswordsApi } from './app-passwords-api.ts';
import { type AppPasswordsParts, appPasswordsFunction, appPasswordsPageFunction } from './app-passwords-functions.ts';
import { guardAppPasswords } from './app-passwords-guard.ts';
import { type AppPasswordsProps, checkAppPasswordsProps } from './app-passwords-props.ts';
import { AppPasswordsState } from './app-passwords-state.ts';
import { invalidProp } from './check-prop.ts';

const EVERY_MINUTE = Duration.minutes(1);
const PERIOD = Duration.minutes(5);
/** One failure can be the tenant's. The next minute tries again. */
const MANY_ERRORS = 3;

/**
 * Lets users create, see and delete their own app specific passwords, on a page and through an API. The passwords can expire, which
 * Auth0 itself does not offer. The authorizer refuses an expired password at once, and a function that runs every minute deletes it at
 * the tenant.
 *
 * @example
 * new AppPasswords(this, 'AppPasswords', {
 *   authorizer,
 *   clientSecret: Secret.fromSecretNameV2(this, 'AppPasswordsClient', 'auth0/app-passwords'),
 *   clients: ['aBcDeFgHiJkLmNoPqRsTuVwXyZ012345'],
 *   scopeDescriptions: { 'read:orders': 'Read your orders' },
 *   maxAuthAge: Duration.hours(1),
 *   authTimeClaim: 'https://my.api/login_time',
 * });
 */
export class AppPasswords extends Construct {
  /** The URL of the page, with its final slash. The clients' callback URLs must contain it. */
  readonly url: string;

  /** The API of the page and of app specific passwords. */
  readonly restApi: RestApi;

  /** The Lambda function behind the API, which also deletes the passwords that have expired. */
  readonly function: LambdaFunction;

  /** The Lambda function that serves the page. */
  readonly pageFunction: LambdaFunction;

  /** Goes off when a password was not deleted within five minutes after its expiry. */
  readonly overdueAlarm: Alarm;

  /** Goes off when the function has failed at least three times in 5 minutes. */
  readonly errorAlarm: Alarm;

  readonly #audience: string;

  /** @throws ConfigurationError `configuration_invalid` */
  constructor(scope: Construct, id: string, props: AppPasswordsProps) {
    super(scope, id);
    checkAppPasswordsProps(this, props);
    this.#audience = props.authorizer.audience;
    const parts = this.#parts(props);
    this.function = appPasswordsFunction(this, parts);
    this.pageFunction = appPasswordsPageFunction(this, parts);
    const { restApi } = new AppPasswordsApi(this, 'Api', {
      ...props,
      authorizer: parts.authorizer,
      page: this.pageFunction,
      handler: this.function,
      allowOrigins: props.allowOrigins ?? [],
    });
    this.restApi = restApi;
    this.#link(parts, restApi.restApiId);
    this.url = restApi.url;
    this.#sweep();
    guardAppPasswords(this, this.function);
    this.overdueAlarm = this.#overdueAlarm();
    this.errorAlarm = this.#errorAlarm();
    for (const alarm of [this.overdueAlarm, this.errorAlarm]) alarm.addAlarmAction(...(props.alarmActions ?? []));
  }

  /**
   * Returns a metric of app specific passwords.
   *
   * @param metricName such as `AppPasswordsCreated`
   */
  metric(metricName: string, props: MetricOptions = {}): Metric {
    return new Metric({
      period: PERIOD,
      statistic: 'Sum',
      ...props,
      namespace: METRIC_NAMESPACE,
      metricName,
      dimensionsMap: { audience: this.#audience, ...props.dimensionsMap },
    });
  }

  /** Counts passwords that were created. The sum over 5 minutes by default. */
  metricCreated(props?: MetricOptions): Metric {
    return this.metric(APP_PASSWORD_METRICS.created, props);
  }

  /** Counts passwords that were deleted by their users. The sum over 5 minutes by default. */
  metricDeleted(props?: MetricOptions): Metric {
    return this.metric(APP_PASSWORD_METRICS.deleted, props);
  }

  /** Counts passwords that were deleted because they had expired. The sum over 5 minutes by default. */
  metricExpired(props?: MetricOptions): Metric {
    return this.metric(APP_PASSWORD_METRICS.expired, props);
  }

  /** Counts requests that were refused. The sum over 5 minutes by default. */
  metricRefused(props?: MetricOptions): Metric {
    return this.metric(APP_PASSWORD_METRICS.refused, props);
  }

  /** The number of passwords that the tenant still has five minutes after their expiry. The maximum of 5 minutes by default. */
  metricOverdue(props?: MetricOptions): Metric {
    return this.metric(APP_PASSWORD_METRICS.overdue, { statistic: 'Maximum', ...props });
  }

  #parts(props: AppPasswordsProps): AppPasswordsParts {
    const authorizer = props.authorizer._linkAppPasswords();
    const { dpop = 'off', mtls = 'off', allowedOrganizations = [] } = authorizer.props;
    const fault = pageTokensFault({ appPasswords: true, dpop, mtls, allowedOrganizations: [...allowedOrganizations] });
    if (fault !== undefined) throw invalidProp(this, `authorizer: ${fault}`);
    const state = new AppPasswordsState(this, 'State', authorizer.props.signingKey.encryptionKey);
    return { props, state, authorizer };
  }

  /** The id of a REST API does not depend on what it calls, so the authorizer may know it without a cycle. */
  #link({ props, state, authorizer }: AppPasswordsParts, apiId: string): void {
    const { maxAuthAge, authTimeClaim = appPasswordEntries.authTimeClaim.default } = props;
    authorizer.link({
      api: { id: apiId, scope: MANAGE_APP_PASSWORDS },
      expiries: { table: state.expiries.tableName, digestSecret: state.digestSecretArn },
      statements: state.authorizerStatements,
      claims: maxAuthAge === undefined ? [] : [authTimeClaim],
    });
  }

  /** A run that fails is not repeated: the next one comes in a minute. */
  #sweep(): void {
    new Rule(this, 'Sweep', {
      description: 'Deletes the app specific passwords that have expired.',
      schedule: Schedule.rate(EVERY_MINUTE),
      targets: [new LambdaTarget(this.function, { retryAttempts: 0, maxEventAge: EVERY_MINUTE })],
    });
  }

  #overdueAlarm(): Alarm {
    return alarmAt(this, 'Overdue', this.metricOverdue({ period: PERIOD }), {
      threshold: 1,
      needsValues: true,
      description:
        'An app specific password has expired, but the tenant still has it, its revocation has not taken effect, or the sweep does not run. The authorizer refuses it already. The log of the function has the reason.',
    });
  }

  #errorAlarm(): Alarm {
    return alarmAt(this, 'Failing', this.function.metricErrors({ period: PERIOD }) as Metric, {
      threshold: MANY_ERRORS,
      description:
        'The function for app specific passwords fails, so passwords that have expired are not deleted. Its log has the reason.',
    });
  }
}
