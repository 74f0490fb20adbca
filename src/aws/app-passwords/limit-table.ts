/** The table of limits: it counts calls and remembers deletions. DynamoDB deletes its items after their time. */
import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { CallCounter, DeletionTable } from '../../app-passwords/ports.ts';
import { awsError } from '../errors.ts';
import { connectDynamoDb, readItem, wholeNumber } from './items.ts';

/** The attributes of an item. `id` is the key of the table. */
const NAMES = { '#calls': 'calls', '#expires': 'expires' };

/** Connects to the table with the credentials and region of the environment. */
export function createCallCounter(tableName: string, client = connectDynamoDb()): CallCounter {
  return {
    count: async (key, most, expiresAt, calls = 1) => {
      try {
        await update(client, {
          TableName: tableName,
          Key: { id: { S: `calls:${key}` } },
          UpdateExpression: 'SET #expires = :expires ADD #calls :calls',
          ConditionExpression: 'attribute_not_exists(#calls) OR #calls <= :before',
          ExpressionAttributeNames: NAMES,
          ExpressionAttributeValues: {
            ':calls': number(calls),
            ':before': number(most - calls),
            ':expires': number(expiresAt),
          },
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
export function createDeletionTable(tableName: string, client = connectDynamoDb()): DeletionTable {
  return {
    read: async (id) => {
      const item = await readItem(client, tableName, id);
      return item && { deletedMs: wholeNumber(item.deletedMs), revokedMs: wholeNumber(item.revokedMs) };
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

async function update(client: DynamoDBClient, input: UpdateItemCommandInput): Promise<void> {
  await client.send(new UpdateItemCommand(input));
}

function unwritable(tableName: string, error: unknown) {
  return awsError('state_unwritable', `The table ${tableName} cannot be written`, error);
}

function number(value: number): AttributeValue {
  return { N: String(value) };
}
