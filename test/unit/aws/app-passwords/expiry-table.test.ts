import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { createExpiryTable } from '../../../../src/aws/app-passwords/expiry-table.ts';
import { AwsError } from '../../../../src/aws/errors.ts';

let sent: { readonly body?: string | Uint8Array }[];
/** The next replies, then an empty one. */
let replies: { readonly status: number; readonly body: unknown }[];

beforeEach(() => {
  sent = [];
  replies = [];
});

const table = createExpiryTable(
  'expiries',
  new DynamoDBClient({
    region: 'eu-west-1',
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'example' },
    maxAttempts: 1,
    requestHandler: {
      handle: async (request: (typeof sent)[number]) => {
        sent.push(request);
        const { status, body } = replies.shift() ?? { status: 200, body: {} };
        const headers = { 'content-type': 'application/x-amz-json-1.0' };
        return { response: { statusCode: status, headers, body: Buffer.from(JSON.stringify(body)) } };
      },
    } as never,
  }),
);

const EXPIRY = { id: 'digest', subject: 'auth0|alice', passwordId: 'asp_1', expiresAt: 1_800_000_000 };
const ITEM = {
  id: { S: 'digest' },
  subject: { S: 'auth0|alice' },
  passwordId: { S: 'asp_1' },
  expiresAt: { N: '1800000000' },
  expiring: { S: 'yes' },
};
const DENIED = { status: 400, body: { __type: 'AccessDeniedException', message: 'canary' } };
const inputs = () => sent.map(({ body }) => JSON.parse(Buffer.from(body ?? '').toString()));
const page = (Items: readonly object[], LastEvaluatedKey?: object) => ({
  status: 200,
  body: { Items, LastEvaluatedKey },
});

describe('the table of expiries', () => {
  it('adds an item only if there is none, or the same one from an earlier attempt', async () => {
    await table.add(EXPIRY);
    expect(inputs()).toEqual([
      {
        TableName: 'expiries',
        Item: ITEM,
        ConditionExpression: 'attribute_not_exists(id) OR passwordId = :password',
        ExpressionAttributeValues: { ':password': { S: 'asp_1' } },
      },
    ]);
  });

  it('never replaces the expiry of another password', async () => {
    replies = [{ status: 400, body: { __type: 'ConditionalCheckFailedException' } }];
    await expect(table.add(EXPIRY)).rejects.toThrow(
      new AwsError('state_unwritable', "The table expiries has another password with this expiry's id."),
    );
  });

  it('finds all expiries of a user, page after page', async () => {
    replies = [page([ITEM], { id: { S: 'digest' } }), page([{ ...ITEM, id: { S: 'other' } }])];
    expect(await table.ofUser('auth0|alice')).toEqual([EXPIRY, { ...EXPIRY, id: 'other' }]);
    const query = {
      TableName: 'expiries',
      IndexName: 'by-subject',
      KeyConditionExpression: 'subject = :subject',
      ExpressionAttributeValues: { ':subject': { S: 'auth0|alice' } },
    };
    expect(inputs()).toEqual([query, { ...query, ExclusiveStartKey: { id: { S: 'digest' } } }]);
  });

  it('finds the earliest that have passed, up to a limit', async () => {
    replies = [page([ITEM], { id: { S: 'digest' } }), page([ITEM, ITEM], { id: { S: 'digest' } })];
    expect(await table.due(1_800_000_000, 3)).toEqual([EXPIRY, EXPIRY, EXPIRY]);
    expect(inputs()).toMatchObject([
      {
        IndexName: 'by-expiry',
        KeyConditionExpression: 'expiring = :yes AND expiresAt <= :now',
        ExpressionAttributeValues: { ':yes': { S: 'yes' }, ':now': { N: '1800000000' } },
        Limit: 3,
      },
      { Limit: 2, ExclusiveStartKey: { id: { S: 'digest' } } },
    ]);
  });

  it('finds some of all', async () => {
    expect(await table.some(5)).toEqual([]);
    expect(inputs()).toMatchObject([{ IndexName: 'by-expiry', KeyConditionExpression: 'expiring = :yes', Limit: 5 }]);
  });

  it('removes an item', async () => {
    await table.remove('digest');
    expect(inputs()).toEqual([{ TableName: 'expiries', Key: { id: { S: 'digest' } } }]);
  });

  it.each([
    ['read', () => table.due(1, 1)],
    ['written', () => table.add(EXPIRY)],
    ['written', () => table.remove('digest')],
  ])('says that it cannot be %s, without the text of AWS', async (what, call) => {
    replies = [DENIED];
    const error: unknown = await call().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AwsError);
    expect(String(error)).toContain(`The table expiries cannot be ${what}`);
    expect(String(error)).not.toContain('canary');
  });

  it('reads an item completely, or fails', async () => {
    const attribute = fc.oneof(fc.record({ S: fc.string() }), fc.record({ N: fc.string() }), fc.constant(undefined));
    const item = fc.record({ id: attribute, subject: attribute, passwordId: attribute, expiresAt: attribute });
    await fc.assert(
      fc.asyncProperty(item, async (any) => {
        replies = [page([any])];
        try {
          const [expiry] = await table.some(1);
          expect(expiry).toEqual({
            id: expect.any(String),
            subject: expect.any(String),
            passwordId: expect.any(String),
            expiresAt: expect.toSatisfy(Number.isSafeInteger),
          });
        } catch (error) {
          expect(error).toEqual(
            new AwsError('state_unreadable', 'The table expiries has a malformed item. Remove it.'),
          );
        }
      }),
    );
  });
});
