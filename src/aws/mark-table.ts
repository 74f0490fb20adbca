/** Writes revocation marks, and the state of the flushes, which is an item of the same table. The authorizer only reads the table. */
import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { FLUSH_INTERVAL_MS, FLUSH_STATE_ID, type FlushState } from '../revocation/flush-schedule.ts';
import type { FlushStore, MarkWriter } from '../revocation/ports.ts';
import { MARK_ATTRIBUTES } from '../shared-state/revocation-mark.ts';
import { CLIENT_OPTIONS, PATIENCE } from './client-options.ts';
import { awsError } from './errors.ts';
import { toleratingNewRole } from './new-role.ts';

/** A number that is written only if the item has none, or a smaller one. */
interface Growing {
  readonly attribute: string;
  readonly value: number;
  /** The number in the item may be this at most. @default it must be less than `value` */
  readonly most?: number;
}

/** Another change of the item, without a condition of its own. */
interface Also {
  readonly set: string;
  readonly values: Readonly<Record<string, { readonly N: string }>>;
}

/** Counts the flushes that were claimed since the last one that succeeded. */
const ONE_MORE_ATTEMPT: Also = {
  set: 'attempts = if_not_exists(attempts, :none) + :one',
  values: { ':none': { N: '0' }, ':one': { N: '1' } },
};
const NO_ATTEMPT: Also = { set: 'attempts = :none', values: { ':none': { N: '0' } } };

/** Connects to the table with the credentials and region of the environment. */
export function createMarkWriter(tableName: string, client = connect()): MarkWriter {
  return {
    grow: async (id, kind, timeMs, expiresAt) => {
      const table = new Items(client, tableName, id);
      const mark = { attribute: MARK_ATTRIBUTES[kind], value: timeMs };
      const expires = { attribute: MARK_ATTRIBUTES.expires, value: expiresAt };
      if (await table.grow([mark, expires])) return;
      // At least one of the two numbers is there already, or a larger one. Each may still grow alone.
      await table.grow([mark]);
      await table.grow([expires]);
    },
  };
}

/** Connects to the table with the credentials and region of the environment. */
export function createFlushStore(tableName: string, client = connect()): FlushStore {
  const item = new Items(client, tableName, FLUSH_STATE_ID);
  return {
    read: () => item.read(),
    claim: (nowMs) =>
      item.grow([{ attribute: 'claimedMs', value: nowMs, most: nowMs - FLUSH_INTERVAL_MS }], ONE_MORE_ATTEMPT),
    recordFlush: async (startedMs) =>
      void (await item.grow([{ attribute: 'flushedMs', value: startedMs }], NO_ATTEMPT)),
    recordPending: async (dueMs) => void (await item.grow([{ attribute: 'pendingMs', value: dueMs }])),
  };
}

function connect(): DynamoDBClient {
  return toleratingNewRole(new DynamoDBClient(CLIENT_OPTIONS), PATIENCE);
}

class Items {
  readonly #client: DynamoDBClient;
  readonly #tableName: string;
  readonly #key: { readonly id: { readonly S: string } };

  constructor(client: DynamoDBClient, tableName: string, id: string) {
    this.#client = client;
    this.#tableName = tableName;
    this.#key = { id: { S: id } };
  }

  async read(): Promise<FlushState> {
    const request = new GetItemCommand({ TableName: this.#tableName, Key: this.#key, ConsistentRead: true });
    const { Item = {} } = await this.#client.send(request).catch((error: unknown) => {
      throw awsError('state_unreadable', `The table ${this.#tableName} cannot be read`, error);
    });
    const entries = ['claimedMs', 'attempts', 'flushedMs', 'pendingMs'].map(
      (name) => [name, Number(Item[name]?.N)] as const,
    );
    return Object.fromEntries(entries.filter(([, value]) => Number.isSafeInteger(value)));
  }

  /**
   * @param also is written together with the numbers
   * @returns whether all were written; if not, none was, because a condition failed
   */
  async grow(numbers: readonly Growing[], also?: Also): Promise<boolean> {
    try {
      await this.#client.send(
        new UpdateItemCommand({ TableName: this.#tableName, Key: this.#key, ...update(numbers, also) }),
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw awsError('state_unwritable', `The table ${this.#tableName} cannot be written`, error);
    }
  }
}

/** "all" is a reserved word of DynamoDB, hence the placeholders. */
function update(numbers: readonly Growing[], also?: Also) {
  const parts = numbers.map(({ attribute, value, most }, index) => ({
    name: [`#a${index}`, attribute] as const,
    values: [
      [`:v${index}`, { N: String(value) }],
      ...(most === undefined ? [] : [[`:m${index}`, { N: String(most) }] as const]),
    ] as const,
    set: `#a${index} = :v${index}`,
    condition: `(attribute_not_exists(#a${index}) OR #a${index} ${most === undefined ? `< :v${index}` : `<= :m${index}`})`,
  }));
  return {
    UpdateExpression: `SET ${[...parts.map(({ set }) => set), ...(also ? [also.set] : [])].join(', ')}`,
    ConditionExpression: parts.map(({ condition }) => condition).join(' AND '),
    ExpressionAttributeNames: Object.fromEntries(parts.map(({ name }) => name)),
    ExpressionAttributeValues: { ...Object.fromEntries(parts.flatMap(({ values }) => values)), ...also?.values },
  };
}
