/**
 * Revocation in seconds: a queue of messages that say whose credentials no longer count, and a function that writes the marks which
 * the authorizer reads, and flushes what the gateways have cached. The function has no access to any secret.
 */
import { ArnFormat, Duration, Lazy, Stack } from 'aws-cdk-lib';
import { type Alarm, type IAlarmAction, Metric, type MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { type Grant, type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { EventSourceMapping, type Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { type IQueue, Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { parseRevocationConfiguration, type RevocationConfiguration } from '../src/config/function-configurations.ts';
import { METRIC_NAMESPACE } from '../src/config/metrics.ts';
import { FLUSH_STATE_ID } from '../src/revocation/flush-schedule.ts';
import { REVOCATION_METRICS } from '../src/revocation/metrics.ts';
import type { FlushedHttpStage, FlushedRestStage, FlushedStage } from '../src/revocation/ports.ts';
import { alarmAt } from './alarm.ts';
import { expiringTable } from './expiring-table.ts';
import { functionConfiguration } from './function-configuration.ts';
import { LogEventRules } from './log-event-rules.ts';
import { ServiceFunction } from './service-function.ts';

export type { FlushedHttpStage, FlushedRestStage, FlushedStage };

/** Whose marks `Revocation` writes, how long it keeps them, and what it flushes. */
export interface RevocationProps {
  /** The issuer of all users that a message can name. A message cannot name another one. */
  readonly issuer: string;

  /** How long an authorizer may trust one reading of a mark, in seconds: 1 to 60. The second flush comes 7 s after that. */
  readonly revocationSeconds: number;

  /** The longest lifetime of a JWT, in seconds. Marks are kept at least this long. */
  readonly maxJwtLifetimeSeconds: number;

  /** The longest time for which a result may be cached, in seconds, all caches together. Marks are kept at least this long, too. */
  readonly keptAtLeast: number;

  /**
   * The name or ARN of the event bus of the tenant's log stream, in the same account and Region.
   *
   * @default - the tenant's log events revoke nothing
   */
  readonly logEventBus?: string | undefined;

  /**
   * Returns the stages to flush. Called at the end of synthesis, when all APIs are known.
   *
   * @default - no stage is flushed
   */
  readonly stages?: () => readonly FlushedStage[];

  /**
   * Actions for when a message could not be handled, such as an `SnsAction`.
   *
   * @default - only the alarm's state changes
   */
  readonly actions?: readonly IAlarmAction[];
}

const TIMEOUT = Duration.seconds(20);
/** AWS recommends six times the function's timeout. */
const VISIBILITY = Duration.seconds(120);
const MOST_RECEIPTS = 5;
/** The default of SQS. It must be shorter than in the dead-letter queue, because a message keeps its age when it moves there. */
const KEPT = Duration.days(4);
/** A message that nobody has looked at is kept as long as possible. */
const KEPT_WHEN_DEAD = Duration.days(14);

const MARKS_NEED_NO_BACKUP =
  'Marks matter for as long as something older is cached. Restoring old ones would restore nothing that is missing.';

/**
 * Makes revocations take effect in seconds.
 *
 * @example
 * const revocation = new Revocation(this, 'Revocation', {
 *   issuer: 'https://tenant.auth0.com/',
 *   revocationSeconds: 5,
 *   maxJwtLifetimeSeconds: 2_592_000,
 *   keptAtLeast: 360,
 *   stages: () => [{ restApiId: restApi.restApiId, stageName: restApi.deploymentStage.stageName }],
 * });
 * revocation.grantSend(Role.fromRoleName(this, 'Operator', 'operator'));
 */
export class Revocation extends Construct {
  /** The table of the marks. The authorizer reads it. */
  readonly table: Table;

  /** The queue of the messages. Its URL is what `asp revoke --queue` needs. */
  readonly queue: IQueue;

  /** The queue of the messages that could not be handled. */
  readonly deadLetterQueue: IQueue;

  /** The Lambda function that handles the messages. */
  readonly function: LambdaFunction;

  /** Goes off when a message is in the dead-letter queue, because it could not be handled. */
  readonly alarm: Alarm;

  readonly #issuer: string;

  /** @throws ConfigurationError `configuration_invalid` */
  constructor(scope: Construct, id: string, props: RevocationProps) {
    super(scope, id);
    this.#issuer = props.issuer;
    this.table = expiringTable(this, 'Marks', MARKS_NEED_NO_BACKUP);
    const deadLetters = new Queue(this, 'DeadLetters', { ...QUEUE, retentionPeriod: KEPT_WHEN_DEAD });
    this.deadLetterQueue = deadLetters;
    this.queue = new Queue(this, 'Queue', {
      ...QUEUE,
      visibilityTimeout: VISIBILITY,
      retentionPeriod: KEPT,
      deadLetterQueue: { queue: deadLetters, maxReceiveCount: MOST_RECEIPTS },
    });
    this.function = this.#function(props);
    new EventSourceMapping(this, 'Messages', {
      target: this.function,
      eventSourceArn: this.queue.queueArn,
      batchSize: 10,
      maxConcurrency: 2,
      reportBatchItemFailures: true,
    });
    this.alarm = this.#alarm(deadLetters, props.actions ?? []);
    if (props.logEventBus !== undefined)
      new LogEventRules(this, 'LogEvents', { bus: props.logEventBus, to: this.queue });
  }

  /**
   * Lets somebody revoke with `asp revoke` and `asp delete`, for example the role of an operator.
   *
   * @param grantee such as a `Role`
   */
  grantSend(grantee: IGrantable): Grant {
    return this.queue.grantSendMessages(grantee);
  }

  /**
   * The time from the change of a user to its mark, in milliseconds.
   *
   * @param props replace the statistic and the period; by default the average over 5 minutes
   */
  metricDelay(props?: MetricOptions): Metric {
    return this.#metric(REVOCATION_METRICS.revocationDelay, { statistic: 'Average', ...props });
  }

  /** Counts marks that were written. The sum over 5 minutes by default. */
  metricMarks(props?: MetricOptions): Metric {
    return this.#metric(REVOCATION_METRICS.marks, props);
  }

  /** Counts flushes of the gateway's caches that failed for at least one stage. The sum over 5 minutes by default. */
  metricFlushFailures(props?: MetricOptions): Metric {
    return this.#metric(REVOCATION_METRICS.flushFailures, props);
  }

  #metric(metricName: string, props: MetricOptions = {}): Metric {
    const dimensionsMap = { issuer: this.#issuer };
    return new Metric({ statistic: 'Sum', ...props, namespace: METRIC_NAMESPACE, metricName, dimensionsMap });
  }

  #function({ stages = () => [], ...props }: RevocationProps): LambdaFunction {
    // The stages are not known yet. Everything else is checked now.
    this.#configuration(props, []);
    return new ServiceFunction(this, 'Handle', {
      folder: 'revocation',
      description: 'Writes revocation marks, and flushes what the gateways have cached.',
      timeout: TIMEOUT,
      environment: { CONFIG: Lazy.uncachedString({ produce: () => this.#configuration(props, stages()) }) },
      statements: [...this.#statements(), this.#flushStatement(stages)],
    }).function;
  }

  #configuration(
    { issuer, revocationSeconds, maxJwtLifetimeSeconds, keptAtLeast }: RevocationProps,
    stages: readonly FlushedStage[],
  ): string {
    const configuration: Readonly<Record<keyof RevocationConfiguration, unknown>> = {
      issuer,
      table: this.table.tableName,
      queueUrl: this.queue.queueUrl,
      revocationSeconds,
      keptSeconds: Math.max(maxJwtLifetimeSeconds, keptAtLeast),
      stages,
    };
    return functionConfiguration(this, configuration, parseRevocationConfiguration);
  }

  /** Besides the marks, the function reads one item: the state of the flushes. */
  #statements(): readonly PolicyStatement[] {
    return [
      new PolicyStatement({ actions: ['dynamodb:UpdateItem'], resources: [this.table.tableArn] }),
      new PolicyStatement({
        actions: ['dynamodb:GetItem'],
        resources: [this.table.tableArn],
        conditions: { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': [FLUSH_STATE_ID] } },
      }),
      new PolicyStatement({
        actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:SendMessage'],
        resources: [this.queue.queueArn],
      }),
    ];
  }

  #flushStatement(stages: () => readonly FlushedStage[]): PolicyStatement {
    const produce = () => {
      const arns = stages().flatMap((stage) => this.#cacheArns(stage));
      // A statement needs a resource. No API has this id.
      return arns.length > 0 ? arns : [...this.#cacheArns({ restApiId: 'none', stageName: 'none' })];
    };
    return new PolicyStatement({ actions: ['apigateway:DELETE'], resources: Lazy.uncachedList({ produce }) });
  }

  /**
   * The resources of `FlushStageAuthorizersCache` and `ResetAuthorizersCache`.
   *
   * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-iam-policy-examples.html
   */
  #cacheArns(stage: FlushedStage): readonly string[] {
    const path = 'restApiId' in stage ? `/restapis/${stage.restApiId}` : `/apis/${stage.httpApiId}`;
    // AWS does not say whether it compares the encoded name.
    const names = stage.stageName === '$default' ? ['$default', '%24default'] : [stage.stageName];
    return names.map((name) =>
      Stack.of(this).formatArn({
        service: 'apigateway',
        account: '',
        resource: `${path}/stages/${name}/cache/authorizers`,
        arnFormat: ArnFormat.NO_RESOURCE_NAME,
      }),
    );
  }

  #alarm(deadLetters: Queue, actions: readonly IAlarmAction[]): Alarm {
    const metric = deadLetters.metricApproximateNumberOfMessagesVisible({ period: Duration.minutes(1) });
    const alarm = alarmAt(this, 'MessagesLost', metric, {
      threshold: 1,
      description:
        'A revocation could not be completed: its message is in the dead-letter queue. The log of the revocation function has the reason; docs/operations.md says what to do.',
    });
    alarm.addAlarmAction(...actions);
    return alarm;
  }
}

const QUEUE = { encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true } as const;
