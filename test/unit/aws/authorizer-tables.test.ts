import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAuthorizerAws } from '../../../src/aws/authorizer-aws.ts';
import { TableError, type TableFailure } from '../../../src/shared-state/ports.ts';
import { scriptedAws } from '../../support/core/aws-calls.ts';
import { caught } from '../../support/core/errors.ts';
import { failure, form, json, type Reply, ScriptedHttp, text } from '../../support/core/scripted-http.ts';

const TABLE = 'cache-table';

function setUp(...replies: readonly Reply[]) {
  const http = ScriptedHttp.inOrder(...replies);
  const ports = scriptedAws(http);
  const aws = createAuthorizerAws(ports);
  return {
    http,
    clock: ports.frozen,
    entries: aws.entryTable(TABLE),
    marks: aws.markTable(TABLE, false),
    requiredMarks: aws.markTable(TABLE, true),
    proofs: aws.proofTable(TABLE),
    expiries: aws.expiryReader(TABLE),
  };
}

const item = (attributes: object) => json(200, { Item: attributes });
const awsError = (name: string, status = 400) => json(status, { __type: `com.amazonaws.dynamodb.v20120810#${name}` });
const tableError = (kind: TableFailure, message: string) =>
  expect.objectContaining({ name: 'TableError', failure: kind, message });

describe('the table of entries', () => {
  it('reads an entry, strongly consistent, within the given time', async () => {
    const { http, entries } = setUp(item({ id: { S: 'a' }, sealed: { B: 'c2VhbGVk' }, expires: { N: '1' } }));
    expect(await entries.read('a', 150)).toBe('c2VhbGVk');
    expect(form(http.requests[0])).toEqual({ TableName: TABLE, Key: { id: { S: 'a' } }, ConsistentRead: true });
    expect(http.requests[0]).toMatchObject({
      url: 'https://dynamodb.eu-west-1.amazonaws.com/',
      headers: { 'x-amz-target': 'DynamoDB_20120810.GetItem' },
      timeoutMs: 150,
    });
  });

  it('has no entry where the table has no item', async () => {
    expect(await setUp(json(200, {})).entries.read('a', 150)).toBeUndefined();
  });

  it('writes an entry with the time at which it may be deleted', async () => {
    const { http, entries } = setUp(json(200, {}));
    await entries.write('a', 'c2VhbGVk', 1_800_000_000, 150);
    expect(form(http.requests[0])).toEqual({
      TableName: TABLE,
      Item: { id: { S: 'a' }, sealed: { B: 'c2VhbGVk' }, expires: { N: '1800000000' } },
    });
    expect(http.requests[0]?.headers['x-amz-target']).toBe('DynamoDB_20120810.PutItem');
  });

  it.each([{ Item: [] }, { Item: 'x' }, { Item: null }, { Item: {} }, { Item: { sealed: { S: 'x' } } }])(
    'reports a malformed item: %j',
    async (response) => {
      const message = `The table ${TABLE} has a malformed item.`;
      await expect(setUp(json(200, response)).entries.read('a', 150)).rejects.toThrow(
        tableError('unreadable', message),
      );
    },
  );
});

describe('the table of expiries', () => {
  it('reads when a password expires, strongly consistent, within the given time', async () => {
    const { http, expiries } = setUp(
      item({ id: { S: 'a' }, subject: { S: 'auth0|1' }, passwordId: { S: 'asp_1' }, expiresAt: { N: '1800000000' } }),
    );
    expect(await expiries.read('a', 1000)).toBe(1_800_000_000);
    expect(form(http.requests[0])).toEqual({ TableName: TABLE, Key: { id: { S: 'a' } }, ConsistentRead: true });
    expect(http.requests[0]).toMatchObject({
      headers: { 'x-amz-target': 'DynamoDB_20120810.GetItem' },
      timeoutMs: 1000,
    });
  });

  it('has none where the table has no item', async () => {
    expect(await setUp(json(200, {})).expiries.read('a', 1000)).toBeUndefined();
  });

  it.each([{}, { expiresAt: { S: '1800000000' } }, { expiresAt: { N: '-1' } }, { expiresAt: { N: '1e9' } }])(
    'never takes a malformed item for a password without an expiry: %j',
    async (attributes) => {
      await expect(setUp(item(attributes)).expiries.read('a', 1000)).rejects.toThrow(
        tableError('unreadable', `The table ${TABLE} has a malformed item.`),
      );
    },
  );

  it('waits for the rights of a new role', async () => {
    const { expiries } = setUp(awsError('AccessDeniedException'), item({ expiresAt: { N: '5' } }));
    expect(await expiries.read('a', 1000)).toBe(5);
  });
});

describe('the table of proofs', () => {
  it('adds an item only if there is none, or if it is its own from an earlier attempt', async () => {
    const { http, proofs } = setUp(json(200, {}));
    expect(await proofs.add('a', 1_800_000_000, 1000)).toBe(true);
    const sent = form(http.requests[0]);
    const owner = { S: expect.stringMatching(/^[0-9a-f-]{36}$/) };
    expect(sent).toEqual({
      TableName: TABLE,
      Item: { id: { S: 'a' }, owner, expires: { N: '1800000000' } },
      ConditionExpression: 'attribute_not_exists(id) OR #owner = :owner',
      ExpressionAttributeNames: { '#owner': 'owner' },
      ExpressionAttributeValues: { ':owner': owner },
    });
    expect(http.requests[0]?.headers['x-amz-target']).toBe('DynamoDB_20120810.PutItem');
  });

  it('has the item already if the condition failed', async () => {
    expect(await setUp(awsError('ConditionalCheckFailedException')).proofs.add('a', 1, 1000)).toBe(false);
  });

  it('sends the same owner again if the response to an attempt was lost, and another one for another proof', async () => {
    const { http, proofs } = setUp(failure('connection'), json(200, {}), json(200, {}));
    expect(await proofs.add('a', 1, 1000)).toBe(true);
    expect(await proofs.add('a', 1, 1000)).toBe(true);
    const [first, second, third] = http.requests.map((request) => JSON.stringify(form(request).Item));
    expect(second).toBe(first);
    expect(third).not.toBe(first);
  });

  it('throws if it cannot be used, so that no outage looks like a replay', async () => {
    await expect(setUp(awsError('ProvisionedThroughputExceededException')).proofs.add('a', 1, 1)).rejects.toThrow(
      tableError('throttled', `PutItem failed at the table ${TABLE}: got ProvisionedThroughputExceededException.`),
    );
  });
});

describe('a table that cannot be used', () => {
  it.each<[Reply, TableFailure, string]>([
    [failure('timeout'), 'timeout', 'TimeoutError'],
    [awsError('ResourceNotFoundException'), 'missing', 'ResourceNotFoundException'],
    [awsError('AccessDeniedException'), 'denied', 'AccessDeniedException'],
    [awsError('UnrecognizedClientException'), 'denied', 'UnrecognizedClientException'],
    [awsError('ValidationException'), 'unreadable', 'ValidationException'],
    [text(200, 'garbage'), 'unreadable', 'MalformedResponse'],
  ])('is reported by the kind of the failure', async (reply, kind, name) => {
    const { http, clock, entries } = setUp(reply);
    // After a time-out, no time is left. After any other failure of these, a retry would not help.
    const read = entries.read('a', kind === 'timeout' ? 15 : 1000);
    await expect(read).rejects.toThrow(tableError(kind, `GetItem failed at the table ${TABLE}: got ${name}.`));
    expect(http.requests).toHaveLength(1);
    expect(clock.sleeps).toEqual([]);
  });

  it('is asked again after throttling or a broken connection, if time is left', async () => {
    const throttled = awsError('ProvisionedThroughputExceededException');
    const message = `PutItem failed at the table ${TABLE}: got ProvisionedThroughputExceededException.`;
    const { http, entries } = setUp(throttled, throttled, failure('connection'), json(200, {}));
    await expect(entries.write('a', '', 1, 1000)).rejects.toThrow(tableError('throttled', message));
    await entries.write('a', '', 1, 1000);
    expect(http.requests).toHaveLength(4);
  });

  it('is not waited for beyond the given time', async () => {
    const { http, entries } = setUp(awsError('ThrottlingException'));
    const message = `GetItem failed at the table ${TABLE}: got ThrottlingException.`;
    await expect(entries.read('a', 150)).rejects.toThrow(tableError('throttled', message));
    expect(http.requests).toHaveLength(1);
  });
});

describe('the table of marks', () => {
  it('reads the times of the marks', async () => {
    const { http, marks } = setUp(
      item({ id: { S: 'a' }, introspected: { N: '1768478400000' }, all: { N: '5' }, expires: { N: '1' } }),
      item({ all: { N: '5' } }),
    );
    expect(await marks.read('a', 150)).toEqual({ introspected: 1_768_478_400_000, all: 5 });
    expect(await marks.read('a', 150)).toEqual({ all: 5 });
    expect(form(http.requests[0])).toMatchObject({ ConsistentRead: true });
  });

  it('has no marks where the table has no item', async () => {
    expect(await setUp(json(200, {})).marks.read('a', 150)).toBeUndefined();
  });

  it.each([
    {},
    { all: {} },
    { all: { N: 5 } },
    { all: { N: '-1' } },
    { introspected: { N: '1e3' } },
    { all: { S: '5' } },
  ])('reports a malformed item: %j', async (attributes) => {
    const read = setUp(item(attributes)).marks.read('a', 150);
    await expect(read).rejects.toThrow(tableError('unreadable', `The table ${TABLE} has a malformed item.`));
  });

  it('reads marks or reports a failure of the table, whatever the response is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.json(), async (body) => {
        const { marks } = setUp(json(200, { Item: { all: JSON.parse(body) } }));
        const thrown = await caught(() => marks.read('a', 150));
        expect(thrown).toBeInstanceOf(TableError);
      }),
    );
  });
});

describe('the marks, while a role is new', () => {
  const denied = awsError('AccessDeniedException');

  it('are read again if a decision requires them', async () => {
    const { requiredMarks, clock } = setUp(denied, denied, item({ id: { S: 'a' }, all: { N: '7' } }));
    expect(await requiredMarks.read('a', 1000)).toEqual({ all: 7 });
    expect(clock.sleeps).toEqual([250, 500]);
  });

  it('are not waited for otherwise', async () => {
    const { marks, clock } = setUp(denied);
    await expect(marks.read('a', 150)).rejects.toMatchObject({ failure: 'denied' });
    expect(clock.sleeps).toEqual([]);
  });
});
