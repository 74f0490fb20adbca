/** Reads the marks of a user, to see whether a revocation has been written. */
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { MARK_ATTRIBUTES, type Marks, REVOCATION_KINDS } from '../../shared-state/revocation-mark.ts';
import { CLIENT_OPTIONS, PATIENCE } from '../client-options.ts';
import { awsError } from '../errors.ts';
import { toleratingNewRole } from '../new-role.ts';

/**
 * Connects to the table of marks with the credentials and region of the environment.
 *
 * @returns a function that throws AwsError `state_unreadable`
 */
export function createMarkReader(
  tableName: string,
  client = toleratingNewRole(new DynamoDBClient(CLIENT_OPTIONS), PATIENCE),
): (id: string) => Promise<Marks | undefined> {
  return async (id) => {
    const request = new GetItemCommand({ TableName: tableName, Key: { id: { S: id } }, ConsistentRead: true });
    const { Item } = await client.send(request).catch((error: unknown) => {
      throw awsError('state_unreadable', `The table ${tableName} cannot be read`, error);
    });
    if (!Item) return undefined;
    const marks = REVOCATION_KINDS.map((kind) => [kind, Number(Item[MARK_ATTRIBUTES[kind]]?.N)] as const);
    return Object.fromEntries(marks.filter(([, timeMs]) => Number.isSafeInteger(timeMs)));
  };
}
