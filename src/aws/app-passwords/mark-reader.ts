/** Reads the marks of a user, to see whether a revocation has been written. */
import { MARK_ATTRIBUTES, type Marks, REVOCATION_KINDS } from '../../shared-state/revocation-mark.ts';
import { connectDynamoDb, readItem, wholeNumber } from './items.ts';

/**
 * Connects to the table of marks with the credentials and region of the environment.
 *
 * @returns a function that throws AwsError `state_unreadable`
 */
export function createMarkReader(
  tableName: string,
  client = connectDynamoDb(),
): (id: string) => Promise<Marks | undefined> {
  return async (id) => {
    const item = await readItem(client, tableName, id);
    if (!item) return undefined;
    const marks = REVOCATION_KINDS.map((kind) => [kind, wholeNumber(item[MARK_ATTRIBUTES[kind]])] as const);
    return Object.fromEntries(marks.filter(([, timeMs]) => timeMs !== undefined));
  };
}
