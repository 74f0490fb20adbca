/** Reads single items of tables with the key `id`, as they are at this moment. */
import { type AttributeValue, DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { CLIENT_OPTIONS, PATIENCE } from '../client-options.ts';
import { awsError } from '../errors.ts';
import { toleratingNewRole } from '../new-role.ts';

/** Connects with the credentials and region of the environment. */
export function connectDynamoDb(): DynamoDBClient {
  return toleratingNewRole(new DynamoDBClient(CLIENT_OPTIONS), PATIENCE);
}

/**
 * Reads an item.
 *
 * @returns its attributes, or `undefined`
 * @throws AwsError `state_unreadable`
 */
export async function readItem(
  client: DynamoDBClient,
  tableName: string,
  id: string,
): Promise<Readonly<Record<string, AttributeValue>> | undefined> {
  const request = new GetItemCommand({ TableName: tableName, Key: { id: { S: id } }, ConsistentRead: true });
  const { Item } = await client.send(request).catch((error: unknown) => {
    throw awsError('state_unreadable', `The table ${tableName} cannot be read`, error);
  });
  return Item;
}

/** @returns the number in an attribute; `undefined` if there is none */
export function wholeNumber(attribute: AttributeValue | undefined): number | undefined {
  const value = Number(attribute?.N);
  return Number.isSafeInteger(value) ? value : undefined;
}
