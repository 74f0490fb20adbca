import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { beforeEach, describe, expect, it } from 'vitest';
import { listDeployments } from '../../../src/aws/deployments.ts';
import { createSecretStore } from '../../../src/aws/secrets.ts';
import { createStateTable } from '../../../src/aws/state-table.ts';
import { isJsonObject } from '../../../src/core/json.ts';
import { everythingIn } from '../../support/core/errors.ts';

interface Sent {
  readonly operation: string;
  readonly input: unknown;
}

let sent: Sent[];
interface Reply {
  readonly status: number;
  readonly body: unknown;
}

/** The next replies, then the one that is repeated. */
let replies: Reply[];
let reply: Reply | (() => Reply);

/** Replaces the network; the SDK does everything else. */
const requestHandler = {
  handle: async (request: { readonly headers: Record<string, string>; readonly body: string | Uint8Array }) => {
    const operation = (request.headers['x-amz-target'] ?? '').split('.').at(-1) ?? '';
    sent.push({ operation, input: JSON.parse(textOf(request.body)) });
    const headers = { 'content-type': 'application/x-amz-json-1.1' };
    const { status, body } = replies.shift() ?? (typeof reply === 'function' ? reply() : reply);
    return { response: { statusCode: status, headers, body: Buffer.from(JSON.stringify(body)) } };
  },
};

/** The SDK passes the body as a string or as bytes. */
function textOf(body: string | Uint8Array): string {
  return typeof body === 'string' ? body : new TextDecoder().decode(body);
}

const options = {
  region: 'eu-west-1',
  credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'example' },
  maxAttempts: 1,
  requestHandler: requestHandler as never,
};
const secrets = createSecretStore(new SecretsManagerClient(options));
const state = createStateTable('table', new DynamoDBClient(options));
const deployments = listDeployments('state-', 'state-own', new DynamoDBClient(options));

beforeEach(() => {
  sent = [];
  replies = [];
});

describe('createSecretStore', () => {
  it('reads a secret by name or ARN', async () => {
    reply = { status: 200, body: { SecretString: 'value' } };
    expect(await secrets.read('name')).toBe('value');
    expect(sent).toEqual([{ operation: 'GetSecretValue', input: { SecretId: 'name' } }]);
  });

  it('returns undefined for a secret that does not exist', async () => {
    reply = { status: 400, body: { __type: 'ResourceNotFoundException' } };
    expect(await secrets.read('name')).toBeUndefined();
  });

  it('writes a secret once for each client request token', async () => {
    reply = { status: 200, body: {} };
    expect(await secrets.write('name', 'value', 'token-of-32-characters-or-longer')).toBe(true);
    reply = { status: 400, body: { __type: 'ResourceExistsException' } };
    expect(await secrets.write('name', 'value', 'token-of-32-characters-or-longer')).toBe(false);
    const input = { SecretId: 'name', SecretString: 'value', ClientRequestToken: 'token-of-32-characters-or-longer' };
    expect(sent[0]).toEqual({ operation: 'PutSecretValue', input });
  });
});

describe('createStateTable', () => {
  const item = { name: { S: 'public-keys' }, value: { S: 'text' }, revision: { S: 'revision-1' } };

  it('reads an item consistently, together with its revision', async () => {
    reply = { status: 200, body: { Item: item } };
    expect(await state.read('public-keys')).toEqual({ value: 'text', revision: 'revision-1' });
    const input = { TableName: 'table', Key: { name: { S: 'public-keys' } }, ConsistentRead: true };
    expect(sent).toEqual([{ operation: 'GetItem', input }]);
  });

  it('returns undefined for an item that was never written', async () => {
    reply = { status: 200, body: {} };
    expect(await state.read('public-keys')).toBeUndefined();
  });

  it('refuses an item without a revision, since it could never be written again', async () => {
    reply = { status: 200, body: { Item: { name: { S: 'public-keys' }, value: { S: 'text' } } } };
    await expect(state.read('public-keys')).rejects.toMatchObject({
      code: 'state_unreadable',
      message: expect.stringContaining('it lacks the text "value" or "revision". Restore it from a backup.'),
    });
  });

  it('writes an item only if nobody else has written it since it was read', async () => {
    reply = { status: 200, body: {} };
    expect(await state.write('public-keys', 'new', 'revision-1')).toBe(true);
    expect(await state.write('public-keys', 'new', undefined)).toBe(true);
    expect(sent.map(({ input }) => input)).toMatchObject([
      {
        ConditionExpression: '#revision = :revision',
        ExpressionAttributeNames: { '#revision': 'revision' },
        ExpressionAttributeValues: { ':revision': { S: 'revision-1' } },
        Item: { name: { S: 'public-keys' }, value: { S: 'new' }, revision: { S: expect.any(String) } },
      },
      { ConditionExpression: 'attribute_not_exists(#name)', ExpressionAttributeNames: { '#name': 'name' } },
    ]);
  });

  it('leaves an item as it is if somebody else wrote it first', async () => {
    replies = [{ status: 400, body: { __type: 'ConditionalCheckFailedException' } }];
    reply = { status: 200, body: { Item: item } };
    expect(await state.write('public-keys', 'new', 'revision-0')).toBe(false);
  });

  it('treats the write as successful if only the response to it was lost', async () => {
    replies = [{ status: 400, body: { __type: 'ConditionalCheckFailedException' } }];
    reply = () => ({ status: 200, body: { Item: isJsonObject(sent[0]?.input) ? sent[0].input.Item : undefined } });
    expect(await state.write('public-keys', 'new', 'revision-0')).toBe(true);
  });
});

describe('listDeployments', () => {
  it('lists every state table on every page, in any order, except its own', async () => {
    replies = [{ status: 200, body: { TableNames: ['state-z', 'other'], LastEvaluatedTableName: 'other' } }];
    reply = { status: 200, body: { TableNames: ['state-own', 'state-a'] } };
    expect((await deployments()).map(({ name }) => name)).toEqual(['state-z', 'state-a']);
    expect(sent.map(({ input }) => input)).toEqual([{}, { ExclusiveStartTableName: 'other' }]);
  });

  it('returns undefined for an item of a table that is being created or deleted', async () => {
    replies = [{ status: 200, body: { TableNames: ['state-a'] } }];
    reply = { status: 400, body: { __type: 'ResourceNotFoundException' } };
    const [other] = await deployments();
    expect(await other?.state.read('client-grants')).toBeUndefined();
  });

  it("reads each deployment's items in its own table", async () => {
    replies = [{ status: 200, body: { TableNames: ['state-a'] } }];
    reply = { status: 200, body: {} };
    const [other] = await deployments();
    await other?.state.read('client-grants');
    expect(sent.at(-1)?.input).toMatchObject({ TableName: 'state-a', ConsistentRead: true });
  });
});

describe('a request that AWS refuses', () => {
  it.each([
    ['secret_unreadable', 'The secret name cannot be read', () => secrets.read('name')],
    [
      'secret_unwritable',
      'The secret name cannot be written',
      () => secrets.write('name', 'CANARY', 'token'.repeat(8)),
    ],
    ['state_unreadable', 'The item "public-keys" of the table table cannot be read', () => state.read('public-keys')],
    [
      'state_unwritable',
      'The item "public-keys" of the table table cannot be written',
      () => state.write('public-keys', 'CANARY', undefined),
    ],
    ['deployments_unreadable', 'The tables of this account cannot be listed', () => deployments()],
  ])('throws %s with the fix and without anything that was sent', async (code, what, act) => {
    reply = { status: 400, body: { __type: 'AccessDeniedException', message: 'CANARY' } };
    const error: unknown = await act().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code,
      message: `${what}: got AccessDeniedException. Check that it exists in this account and region, and that the function's role may use it and its key.`,
    });
    expect(everythingIn(error)).not.toContain('CANARY');
  });
});
