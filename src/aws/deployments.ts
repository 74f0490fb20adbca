/**
 * Lists the other deployments in this account and Region, because they may share a client grant. A grant cannot record who
 * uses it, so each deployment reads the state tables of the others.
 */
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import type { ListDeployments, StateItem, StateName } from '../core/state-store.ts';
import { CLIENT_OPTIONS, PATIENCE } from './client-options.ts';
import { AwsError, awsError } from './errors.ts';
import { toleratingNewRole } from './new-role.ts';
import { createStateTable } from './state-table.ts';

/**
 * Makes the function that lists them, with the credentials and region of the environment.
 *
 * @param prefix of the names of all state tables
 * @param own the table of this deployment
 */
export function listDeployments(
  prefix: string,
  own: string,
  client = toleratingNewRole(new DynamoDBClient(CLIENT_OPTIONS), PATIENCE),
): ListDeployments {
  return async () => {
    const names = (await tableNames(client, prefix)).filter((name) => name !== own);
    return names.map((name) => ({ name, state: { read: (item) => readIfThere(client, name, item) } }));
  };
}

/** A table that is being created or deleted is listed but cannot be read. Its deployment has no records yet, or none left. */
async function readIfThere(client: DynamoDBClient, tableName: string, item: StateName): Promise<StateItem | undefined> {
  try {
    return await createStateTable(tableName, client).read(item);
  } catch (error) {
    if (error instanceof AwsError && error.code === 'state_missing') return undefined;
    throw error;
  }
}

async function tableNames(client: DynamoDBClient, prefix: string): Promise<readonly string[]> {
  const names: string[] = [];
  let ExclusiveStartTableName: string | undefined;
  do {
    const page: { TableNames?: string[] | undefined; LastEvaluatedTableName?: string | undefined } = await client
      .send(new ListTablesCommand({ ExclusiveStartTableName }))
      .catch((error: unknown) => {
        throw awsError('deployments_unreadable', 'The tables of this account cannot be listed', error);
      });
    names.push(...(page.TableNames ?? []));
    ExclusiveStartTableName = page.LastEvaluatedTableName;
  } while (ExclusiveStartTableName !== undefined);
  return names.filter((name) => name.startsWith(prefix));
}
