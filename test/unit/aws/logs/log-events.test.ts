import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import { describe, expect, it } from 'vitest';
import { findLogGroup, readLogEvents } from '../../../../src/aws/logs/log-events.ts';

interface Command {
  readonly constructor: { readonly name: string };
  readonly input: unknown;
}

function clientWith<Client>(send: (command: Command) => Promise<unknown>): Client {
  return { send } as unknown as Client;
}

const failing = <Client>(name: string, more: object = {}) =>
  clientWith<Client>(() => Promise.reject(Object.assign(new Error('canary'), { name, ...more })));

const QUERY = { logGroup: 'a/b', phrase: 'event', fromMs: 1000 };

describe('the log group of a function', () => {
  it.each<[string, object, string]>([
    ['the one in its configuration', { LoggingConfig: { LogGroup: 'Own' } }, 'Own'],
    ['the usual one', {}, '/aws/lambda/Name'],
  ])('is %s', async (_, configuration, expected) => {
    const sent: unknown[] = [];
    const client = clientWith<LambdaClient>(async (command) => {
      sent.push([command.constructor.name, command.input]);
      return { FunctionName: 'Name', ...configuration };
    });
    expect(await findLogGroup('arn:aws:lambda:Name', client)).toBe(expected);
    expect(sent).toEqual([['GetFunctionConfigurationCommand', { FunctionName: 'arn:aws:lambda:Name' }]]);
  });

  it('is reported with the rights that it needs if it cannot be found', async () => {
    await expect(findLogGroup('Name', failing<LambdaClient>('AccessDeniedException'))).rejects.toMatchObject({
      code: 'logs_unreadable',
      message: expect.stringMatching(
        /^The function Name cannot be read: got AccessDeniedException\. .*GetFunctionConf/,
      ),
    });
  });
});

describe('a page of a log', () => {
  it('holds the events that contain the phrase, from a time on', async () => {
    const sent: unknown[] = [];
    const client = clientWith<CloudWatchLogsClient>(async (command) => {
      sent.push([command.constructor.name, command.input]);
      return { events: [{ eventId: '1', timestamp: 1001, message: 'a' }, { eventId: '2' }], nextToken: 'more' };
    });
    const page = await readLogEvents({ ...QUERY, nextToken: 'before' }, client);
    expect(page).toEqual({ events: [{ id: '1', timeMs: 1001, message: 'a' }], nextToken: 'more' });
    const input = { logGroupName: 'a/b', filterPattern: '"event"', startTime: 1000, nextToken: 'before' };
    expect(sent).toEqual([['FilterLogEventsCommand', input]]);
  });

  it('names an event without an id by its place, time and text', async () => {
    const events = [{ logStreamName: 's', timestamp: 1, message: 'm' }];
    const page = await readLogEvents(
      QUERY,
      clientWith(async () => ({ events })),
    );
    expect(page).toEqual({ events: [{ id: 's 1 m', timeMs: 1, message: 'm' }], nextToken: undefined });
  });

  it.each<[string, string, object, RegExp]>([
    ['ThrottlingException', 'logs_busy', {}, /too many requests/],
    ['TimeoutError', 'logs_busy', {}, /^The log group a\/b cannot be read: got TimeoutError\.$/],
    ['ServiceUnavailableException', 'logs_busy', {}, /ServiceUnavailableException/],
    ['Error', 'logs_busy', { code: 'ENOTFOUND' }, /got Error/],
    ['ExpiredTokenException', 'logs_unreadable', {}, /credentials are missing, wrong or expired\. Log in again/],
    ['CredentialsProviderError', 'logs_unreadable', {}, /Log in again/],
    ['AccessDeniedException', 'logs_unreadable', {}, /logs:FilterLogEvents/],
    ['ResourceNotFoundException', 'logs_unreadable', {}, /AWS_PROFILE and AWS_REGION/],
  ])('that fails with %s has the code %s, and nothing of the message', async (name, code, more, message) => {
    const thrown = await readLogEvents(QUERY, failing(name, more)).catch((error: unknown) => error);
    expect(thrown).toMatchObject({ code, message: expect.stringMatching(message) });
    expect(String(thrown)).not.toContain('canary');
  });
});
