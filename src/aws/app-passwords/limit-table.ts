/** The table in which calls are counted and deletions are remembered. DynamoDB deletes its items after their time. */
import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { CallCounter, Deletion, DeletionTable } from '../../app-passwords/ports.ts';
import { CLIENT_OPTIONS, PATIENCE } from '../client-options.ts';
import { awsError } from '../errors.ts';
import { toleratingNewRole } from '../new-role.ts';

/** The attributes of an item. `id` is the key of the table. */
const NAMES = { '#calls': 'calls', '#expires': 'expires' };

/** Connects to the table with the credentials and region of the environment. */
export function createCallCounter(tableName: string, client = connect()): CallCounter {
  return {
    count: async (key, most, expiresAt) => {
      try {
        await update(client, {
          TableName: tableName,
          Key: { id: { S: `calls:${key}` } },
          UpdateExpression: 'SET #expires = :expires ADD #calls :one',
          ConditionExpression: 'attribute_not_exists(#calls) OR #calls < :most',
          ExpressionAttributeNames: NAMES,
          ExpressionAttributeValues: { ':one': number(1), ':most': number(most), ':expires': number(expiresAt) },
        });
        return true;
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return false;
        throw unwritable(tableName, error);
      }
    },
  };
}

/** Connects to the table with the credentials and region of the environment. */
export function createDeletionTable(tableName: string, client = connect()): DeletionTable {
  return {
    read: async (id) => {
      const request = new GetItemCommand({ TableName: tableName, Key: { id: { S: id } }, ConsistentRead: true });
      const { Item } = await client.send(request).catch((error: unknown) => {
        throw awsError('state_unreadable', `The table ${tableName} cannot be read`, error);
      });
      return Item && { deletedMs: wholeNumber(Item.deletedMs), revokedMs: wholeNumber(Item.revokedMs) };
    },
    write: async (id, deletion, expiresAt) => {
      const changes = Object.entries({ ...deletion, expires: expiresAt }).filter(([, value]) => value !== undefined);
      const values = changes.map(([name, value]) => [`:${name}`, number(Number(value))] as const);
      await update(client, {
        TableName: tableName,
        Key: { id: { S: id } },
        UpdateExpression: `SET ${changes.map(([name]) => `${name} = :${name}`).join(', ')}`,
        ExpressionAttributeValues: Object.fromEntries(values),
      }).catch((error: unknown) => {
        throw unwritable(tableName, error);
      });
    },
  };
}

function connect(): DynamoDBClient {
  return toleratingNewRole(new DynamoDBClient(CLIENT_OPTIONS), PATIENCE);
}

async function update(client: DynamoDBClient, input: UpdateItemCommandInput): Promise<void> {
  await client.send(new UpdateItemCommand(input));
}

function unwritable(tableName: string, error: unknown) {
  return awsError('state_unwritable', `The table ${tableName} cannot be written`, error);
}

function number(value: number): AttributeValue {
  return { N: String(value) };
}

function wholeNumber(attribute: AttributeValue | undefined): Deletion['deletedMs'] {
  const value = Number(attribute?.N);
  return Number.isSafeInteger(value) ? value : undefined;
}
