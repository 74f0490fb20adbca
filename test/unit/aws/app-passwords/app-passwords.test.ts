import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { beforeEach, describe, expect, it } from 'vitest';
import { createEventSender } from '../../../../src/aws/app-passwords/event-bus.ts';
import { createCallCounter, createDeletionTable } from '../../../../src/aws/app-passwords/limit-table.ts';
import { createMarkReader } from '../../../../src/aws/app-passwords/mark-reader.ts';
import { ScriptedAws } from '../../../support/aws/scripted-aws.ts';

const aws = new ScriptedAws();
const { options } = aws;

beforeEach(() => aws.reset());

const database = new DynamoDBClient(options);
const counter = createCallCounter('limits', database);
const deletions = createDeletionTable('limits', database);
const readMarks = createMarkReader('marks', database);

const MOST_REACHED = { status: 400, body: { __type: 'ConditionalCheckFailedException' } };
const DENIED = { status: 400, body: { __type: 'AccessDeniedException', message: 'canary' } };
const inputs = () => aws.sent.map(({ body }) => JSON.parse(Buffer.from(body ?? '').toString()));

describe('the counter of calls', () => {
  it('counts calls, in one step with the check', async () => {
    expect(await counter.count('create:digest:7', 10, 99, 3)).toBe(true);
    expect(inputs()).toEqual([
      {
        TableName: 'limits',
        Key: { id: { S: 'calls:create:digest:7' } },
        UpdateExpression: 'SET #expires = :expires ADD #calls :calls',
        ConditionExpression: 'attribute_not_exists(#calls) OR #calls <= :before',
        ExpressionAttributeNames: { '#calls': 'calls', '#expires': 'expires' },
        ExpressionAttributeValues: { ':calls': { N: '3' }, ':before': { N: '7' }, ':expires': { N: '99' } },
      },
    ]);
  });

  it('refuses a call when there were enough', async () => {
    aws.replies = [MOST_REACHED];
    expect(await counter.count('a', 10, 99)).toBe(false);
  });

  it('allows nothing if it cannot count', async () => {
    aws.replies = [DENIED];
    await expect(counter.count('a', 10, 99)).rejects.toMatchObject({
      code: 'state_unwritable',
      message: expect.stringMatching(/^The table limits cannot be written: got AccessDeniedException\./),
    });
  });
});

describe('the table of deletions', () => {
  it('adds what is known, and leaves the rest', async () => {
    await deletions.write('deletion:a', {}, 99);
    await deletions.write('deletion:a', { deletedMs: 5, revokedMs: undefined }, 99);
    expect(inputs()).toEqual([
      {
        TableName: 'limits',
        Key: { id: { S: 'deletion:a' } },
        UpdateExpression: 'SET expires = :expires',
        ExpressionAttributeValues: { ':expires': { N: '99' } },
      },
      {
        TableName: 'limits',
        Key: { id: { S: 'deletion:a' } },
        UpdateExpression: 'SET deletedMs = :deletedMs, expires = :expires',
        ExpressionAttributeValues: { ':deletedMs': { N: '5' }, ':expires': { N: '99' } },
      },
    ]);
  });

  it('reads what is known, consistently', async () => {
    expect(await deletions.read('deletion:a')).toBeUndefined();
    aws.replies = [
      { status: 200, body: { Item: { id: { S: 'deletion:a' }, expires: { N: '99' } } } },
      { status: 200, body: { Item: { deletedMs: { N: '5' }, revokedMs: { S: 'x' } } } },
    ];
    expect(await deletions.read('deletion:a')).toEqual({ deletedMs: undefined, revokedMs: undefined });
    expect(await deletions.read('deletion:a')).toEqual({ deletedMs: 5, revokedMs: undefined });
    expect(inputs()[0]).toEqual({ TableName: 'limits', Key: { id: { S: 'deletion:a' } }, ConsistentRead: true });
  });

  it('reports errors by their names', async () => {
    aws.replies = [DENIED, DENIED];
    await expect(deletions.read('a')).rejects.toMatchObject({ code: 'state_unreadable' });
    await expect(deletions.write('a', {}, 1)).rejects.toMatchObject({
      code: 'state_unwritable',
      message: expect.not.stringContaining('canary'),
    });
  });
});

describe('the reader of marks', () => {
  it('reads the marks of a user, consistently', async () => {
    expect(await readMarks('an-id')).toBeUndefined();
    aws.replies = [{ status: 200, body: { Item: { id: { S: 'an-id' }, introspected: { N: '5' }, all: { S: 'x' } } } }];
    expect(await readMarks('an-id')).toEqual({ introspected: 5 });
    expect(inputs()[0]).toEqual({ TableName: 'marks', Key: { id: { S: 'an-id' } }, ConsistentRead: true });
  });

  it('reports an error by its name', async () => {
    aws.replies = [DENIED];
    await expect(readMarks('an-id')).rejects.toMatchObject({ code: 'state_unreadable' });
  });
});

describe('the sender of events', () => {
  const client = new EventBridgeClient(options);
  const send = createEventSender('operations', 'https://demo.api', client);
  const event = { type: 'app_password_created', subject: 'auth0|1', passwordId: 'asp_1', label: 'Laptop' } as const;

  it('names the user, and what was made', async () => {
    await send({ ...event, scopes: ['read:foo'], expiresAt: undefined });
    const [entry] = inputs()[0].Entries;
    expect(entry).toMatchObject({
      EventBusName: 'operations',
      Source: 'auth0-api-authorizer',
      DetailType: 'App Password Created',
    });
    expect(JSON.parse(entry.Detail)).toEqual({
      audience: 'https://demo.api',
      sub: 'auth0|1',
      passwordId: 'asp_1',
      label: 'Laptop',
      scopes: ['read:foo'],
    });
  });

  it.each([
    ['app_password_deleted', 'App Password Deleted'],
    ['app_password_expired', 'App Password Expired'],
  ] as const)('has a type for %s', async (type, expected) => {
    await send({ ...event, type });
    expect(inputs()[0].Entries[0].DetailType).toBe(expected);
  });

  it('reports an event that was not accepted, in either way', async () => {
    aws.replies = [
      DENIED,
      { status: 200, body: { FailedEntryCount: 1, Entries: [{ ErrorCode: 'ThrottlingException' }] } },
    ];
    await expect(send(event)).rejects.toMatchObject({
      code: 'event_unsent',
      message: expect.stringMatching(/^The event bus operations did not accept an event: got AccessDeniedException\./),
    });
    await expect(send(event)).rejects.toThrow('got ThrottlingException.');
  });

  it('goes to the Region of an ARN', async () => {
    const { region, ...others } = options;
    expect(region).toBe('eu-west-1');
    const arn = 'arn:aws:events:eu-central-1:111122223333:event-bus/operations';
    const other = new EventBridgeClient({ ...others, region: 'eu-central-1' });
    await createEventSender(arn, 'a', other)(event);
    expect(aws.sent[0]?.hostname).toBe('events.eu-central-1.amazonaws.com');
  });
});
