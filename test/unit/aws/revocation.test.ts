import { APIGatewayClient } from '@aws-sdk/client-api-gateway';
import { ApiGatewayV2Client } from '@aws-sdk/client-apigatewayv2';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { beforeEach, describe, expect, it } from 'vitest';
import { createFlushCaches } from '../../../src/aws/flush-caches.ts';
import { createFlushStore, createMarkWriter } from '../../../src/aws/mark-table.ts';
import { createQueueSender } from '../../../src/aws/revocation-queue.ts';
import { ScriptedAws } from '../../support/aws/scripted-aws.ts';

const aws = new ScriptedAws();
const { options } = aws;

beforeEach(() => aws.reset());

const database = new DynamoDBClient(options);
const marks = createMarkWriter('marks', database);
const flushes = createFlushStore('marks', database);

const LARGER = { status: 400, body: { __type: 'ConditionalCheckFailedException' } };
const inputs = () => aws.sent.map(({ body }) => JSON.parse(Buffer.from(body ?? '').toString()));

describe('the writer of marks', () => {
  it('writes the mark and its expiry together, and only if both grow', async () => {
    await marks.grow('an-id', 'all', 1000, 9);
    expect(inputs()).toEqual([
      {
        TableName: 'marks',
        Key: { id: { S: 'an-id' } },
        UpdateExpression: 'SET #a0 = :v0, #a1 = :v1',
        ConditionExpression: '(attribute_not_exists(#a0) OR #a0 < :v0) AND (attribute_not_exists(#a1) OR #a1 < :v1)',
        ExpressionAttributeNames: { '#a0': 'all', '#a1': 'expires' },
        ExpressionAttributeValues: { ':v0': { N: '1000' }, ':v1': { N: '9' } },
      },
    ]);
  });

  it('lets each of the two grow alone if the other is larger already', async () => {
    aws.replies = [LARGER, LARGER];
    await marks.grow('an-id', 'all', 1000, 9);
    expect(
      inputs().map(({ UpdateExpression, ExpressionAttributeNames }) => [UpdateExpression, ExpressionAttributeNames]),
    ).toEqual([
      ['SET #a0 = :v0, #a1 = :v1', { '#a0': 'all', '#a1': 'expires' }],
      ['SET #a0 = :v0', { '#a0': 'all' }],
      ['SET #a0 = :v0', { '#a0': 'expires' }],
    ]);
  });

  it('reports any other error by its name', async () => {
    aws.replies = [{ status: 400, body: { __type: 'ResourceNotFoundException', message: 'canary' } }];
    await expect(marks.grow('an-id', 'all', 1000, 9)).rejects.toMatchObject({
      code: 'state_unwritable',
      message: expect.stringMatching(/^The table marks cannot be written: got ResourceNotFoundException\./),
    });
  });
});

describe('the state of the flushes', () => {
  it('is read consistently, and is empty at first', async () => {
    expect(await flushes.read()).toEqual({});
    aws.replies = [
      { status: 200, body: { Item: { id: { S: 'flush' }, claimedMs: { N: '5' }, attempts: { N: '2' } } } },
    ];
    expect(await flushes.read()).toEqual({ claimedMs: 5, attempts: 2 });
    expect(inputs()[0]).toEqual({ TableName: 'marks', Key: { id: { S: 'flush' } }, ConsistentRead: true });
  });

  it('lets one instance claim a flush, ten seconds after the last claim or later', async () => {
    expect(await flushes.claim(60_000)).toBe(true);
    aws.replies = [LARGER];
    expect(await flushes.claim(60_000)).toBe(false);
    expect(inputs()[0]).toMatchObject({
      UpdateExpression: 'SET #a0 = :v0, attempts = if_not_exists(attempts, :none) + :one',
      ConditionExpression: '(attribute_not_exists(#a0) OR #a0 <= :m0)',
      ExpressionAttributeNames: { '#a0': 'claimedMs' },
      ExpressionAttributeValues: {
        ':v0': { N: '60000' },
        ':m0': { N: '50000' },
        ':none': { N: '0' },
        ':one': { N: '1' },
      },
    });
  });

  it('counts no attempts any more after a flush that succeeded', async () => {
    await flushes.recordFlush(60_000);
    expect(inputs()[0]).toMatchObject({
      UpdateExpression: 'SET #a0 = :v0, attempts = :none',
      ExpressionAttributeNames: { '#a0': 'flushedMs' },
      ExpressionAttributeValues: { ':v0': { N: '60000' }, ':none': { N: '0' } },
    });
  });

  it('keeps later times that others have recorded', async () => {
    aws.replies = [LARGER, LARGER];
    await flushes.recordFlush(1);
    await flushes.recordPending(2);
    expect(inputs().map(({ ExpressionAttributeNames }) => ExpressionAttributeNames['#a0'])).toEqual([
      'flushedMs',
      'pendingMs',
    ]);
  });

  it('reports an error', async () => {
    aws.replies = [{ status: 400, body: { __type: 'AccessDeniedException' } }];
    await expect(flushes.read()).rejects.toMatchObject({ code: 'state_unreadable' });
  });
});

describe('the sender', () => {
  const url = 'https://sqs.eu-west-1.amazonaws.com/111122223333/Revocations';

  it('sends a message with its delay', async () => {
    aws.replies = [{ status: 200, body: { MessageId: 'a' } }];
    await createQueueSender(url, new SQSClient({ ...options, md5: false }))('{"a":1}', 12);
    expect(inputs()).toEqual([{ QueueUrl: url, MessageBody: '{"a":1}', DelaySeconds: 12 }]);
  });

  it('reports an error with the queue, and without the message', async () => {
    aws.replies = [{ status: 400, body: { __type: 'QueueDoesNotExist' } }];
    await expect(createQueueSender(url, new SQSClient(options))('canary', 0)).rejects.toMatchObject({
      code: 'queue_unwritable',
      message: expect.stringMatching(
        /^The revocation queue https:\S+\/Revocations cannot be written: got QueueDoesNotExist\./,
      ),
    });
  });
});

describe('the flush of the caches', () => {
  const stages = [
    { restApiId: 'rest1', stageName: 'prod' },
    { httpApiId: 'http1', stageName: '$default' },
  ];
  const clients = { rest: new APIGatewayClient(options), http: new ApiGatewayV2Client(options) };

  it('covers the stages of REST and HTTP APIs', async () => {
    await createFlushCaches(stages, clients)();
    expect(aws.sent.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'DELETE /restapis/rest1/stages/prod/cache/authorizers',
      'DELETE /v2/apis/http1/stages/%24default/cache/authorizers',
    ]);
  });

  it('regards a stage that does not exist as flushed', async () => {
    aws.replies = [{ status: 404, body: { __type: 'NotFoundException' } }];
    await createFlushCaches(stages, clients)();
    expect(aws.sent).toHaveLength(2);
  });

  it('starts with all stages at once, and gives each up at its deadline', async () => {
    let calls = 0;
    const send = (_: unknown, { abortSignal }: { readonly abortSignal: AbortSignal }) => {
      calls += 1;
      return new Promise((_resolve, reject) => {
        abortSignal.addEventListener('abort', () => reject(abortSignal.reason));
      });
    };
    const hanging = { rest: { send }, http: { send } } as never;
    const flushed = createFlushCaches(stages, hanging, 1)();
    expect(calls).toBe(2);
    await expect(flushed).rejects.toThrow(
      /of 2 of 2 stages .* rest1\/prod: got TimeoutError; http1\/\$default: got Time/,
    );
  });

  it('goes on after a failure, tries once, and names the stages that failed', async () => {
    aws.replies = [{ status: 429, body: { __type: 'TooManyRequestsException', message: 'canary' } }];
    await expect(createFlushCaches(stages, clients)()).rejects.toMatchObject({
      code: 'flush_failed',
      message: expect.stringMatching(
        /^The cache of 1 of 2 stages cannot be flushed: rest1\/prod: got TooManyRequestsException\./,
      ),
    });
    expect(aws.sent).toHaveLength(2);
  });
});
