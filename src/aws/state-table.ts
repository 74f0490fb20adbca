/** The shared state in a DynamoDB table: one item per name, with the value and the revision of its last write. */
import { randomUUID } from 'node:crypto';
import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  ResourceNotFoundException,
} from '@aws-sdk/client-dynamodb';
import type { StateItem, StateName, StateStore } from '../core/state-store.ts';
import { CLIENT_OPTIONS, PATIENCE } from './client-options.ts';
import { AwsError, awsError } from './errors.ts';
import { toleratingNewRole } from './new-role.ts';

/** Connects to the table with the credentials and region of the environment. */
export function createStateTable(
  tableName: string,
  client = toleratingNewRole(new DynamoDBClient(CLIENT_OPTIONS), PATIENCE),
): StateStore {
  return {
    read: (name) => read(client, tableName, name),
    write: (name, value, revision) => write(client, tableName, { name, value, revision }),
  };
}

async function read(client: DynamoDBClient, tableName: string, name: StateName): Promise<StateItem | undefined> {
  const request = new GetItemCommand({ TableName: tableName, Key: { name: { S: name } }, ConsistentRead: true });
  const what = `The item "${name}" of the table ${tableName} cannot be read`;
  const { Item } = await client.send(request).catch((error: unknown) => {
    throw awsError(error instanceof ResourceNotFoundException ? 'state_missing' : 'state_unreadable', what, error);
  });
  if (Item === undefined) return undefined;
  const [value, revision] = [Item.value?.S, Item.revision?.S];
  if (value !== undefined && revision !== undefined) return { value, revision };
  // If this counted as absent, the item could never be written again.
  throw new AwsError('state_unreadable', `${what}: it lacks the text "value" or "revision". Restore it from a backup.`);
}

interface Write {
  readonly name: StateName;
  readonly value: string;
  readonly revision: string | undefined;
}

async function write(client: DynamoDBClient, tableName: string, { name, value, revision }: Write): Promise<boolean> {
  const next = randomUUID();
  const Item = { name: { S: name }, value: { S: value }, revision: { S: next } };
  // "name", "value" and the like are reserved words of DynamoDB, hence the placeholders.
  const condition =
    revision === undefined
      ? { ConditionExpression: 'attribute_not_exists(#name)', ExpressionAttributeNames: { '#name': 'name' } }
      : {
          ConditionExpression: '#revision = :revision',
          ExpressionAttributeNames: { '#revision': 'revision' },
          ExpressionAttributeValues: { ':revision': { S: revision } },
        };
  try {
    await client.send(new PutItemCommand({ TableName: tableName, Item, ...condition }));
    return true;
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) {
      throw awsError('state_unwritable', `The item "${name}" of the table ${tableName} cannot be written`, error);
    }
  }
  // The SDK repeats a write if its response was lost. The repetition then fails because the first write succeeded.
  return (await read(client, tableName, name))?.revision === next;
}
