/** Reads the log of a Lambda function, for the command line. The messages are not trusted. */
import { CloudWatchLogsClient, type FilteredLogEvent, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { CLIENT_OPTIONS } from '../client-options.ts';
import { AwsError, errorName, isThrottle } from '../errors.ts';

/** Which events to read. */
export interface LogQuery {
  readonly logGroup: string;
  /** Text that the message must contain. */
  readonly phrase: string;
  /** Epoch milliseconds. */
  readonly fromMs: number;
  /** From the page before this one. */
  readonly nextToken?: string | undefined;
}

/** Some events, perhaps none. There are more if it has a token. */
export interface LogPage {
  readonly events: readonly {
    /** The same each time the event is read. */
    readonly id: string;
    /** Epoch milliseconds. */
    readonly timeMs: number;
    readonly message: string;
  }[];
  readonly nextToken: string | undefined;
}

/**
 * Finds the log group of a function with the credentials and region of the environment.
 *
 * @param functionName name or ARN
 * @throws AwsError `logs_busy` if a later attempt may succeed, otherwise `logs_unreadable`
 */
export async function findLogGroup(functionName: string, client = new LambdaClient(CLIENT_OPTIONS)): Promise<string> {
  const { FunctionName, LoggingConfig } = await client
    .send(new GetFunctionConfigurationCommand({ FunctionName: functionName }))
    .catch((error: unknown) => {
      throw logsError(`The function ${functionName}`, error);
    });
  return LoggingConfig?.LogGroup ?? `/aws/lambda/${FunctionName}`;
}

/**
 * Reads one page of a log group.
 *
 * @throws AwsError `logs_busy` if a later attempt may succeed, otherwise `logs_unreadable`
 */
export async function readLogEvents(
  { logGroup, phrase, fromMs, nextToken }: LogQuery,
  client = new CloudWatchLogsClient(CLIENT_OPTIONS),
): Promise<LogPage> {
  const request = new FilterLogEventsCommand({
    logGroupName: logGroup,
    filterPattern: `"${phrase}"`,
    startTime: fromMs,
    nextToken,
  });
  const page = await client.send(request).catch((error: unknown) => {
    throw logsError(`The log group ${logGroup}`, error);
  });
  return { events: (page.events ?? []).flatMap(parseEvent), nextToken: page.nextToken };
}

function parseEvent({ eventId, logStreamName, timestamp, message }: FilteredLogEvent): LogPage['events'] {
  if (timestamp === undefined || message === undefined) return [];
  return [{ id: eventId ?? `${logStreamName} ${timestamp} ${message}`, timeMs: timestamp, message }];
}

const EXPIRED: ReadonlySet<string> = new Set([
  'CredentialsProviderError',
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidClientTokenId',
  'InvalidSignatureException',
  'RequestExpired',
  'TokenProviderError',
  'UnrecognizedClientException',
]);

const BUSY: ReadonlySet<string> = new Set([
  'InternalFailure',
  'InternalServerError',
  'NetworkingError',
  'ServiceException',
  'ServiceUnavailable',
  'ServiceUnavailableException',
  'TimeoutError',
]);

function logsError(what: string, thrown: unknown): AwsError {
  const name = errorName(thrown);
  const got = `${what} cannot be read: got ${name}.`;
  if (isThrottle(name)) return new AwsError('logs_busy', `${got} There are too many requests in this account.`);
  if (BUSY.has(name) || isConnectionError(thrown)) return new AwsError('logs_busy', got);
  const fix = EXPIRED.has(name)
    ? 'The AWS credentials are missing, wrong or expired. Log in again, for example with "aws sso login", then run the command again.'
    : 'Check that AWS_PROFILE and AWS_REGION name the account and region that it is in, with the rights to lambda:GetFunctionConfiguration and logs:FilterLogEvents.';
  return new AwsError('logs_unreadable', `${got} ${fix}`);
}

/** Whether it is an error of Node's sockets or of the lookup of the host. */
function isConnectionError(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && /^E[A-Z_]+$/.test(String(thrown.code));
}
