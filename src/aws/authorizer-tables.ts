/** The authorizer's tables in DynamoDB. An item is not trusted: its attributes are asserted, and no error contains them. */
import { isJsonObject, type JsonObject } from '../core/json.ts';
import { EXPIRES_AT } from '../shared-state/expiry-id.ts';
import {
  type EntryTable,
  type ExpiryReader,
  type MarkTable,
  type ProofTable,
  TableError,
  type TableFailure,
} from '../shared-state/ports.ts';
import { MARK_ATTRIBUTES, type Marks, REVOCATION_KINDS } from '../shared-state/revocation-mark.ts';
import { AwsCallError, isThrottle } from './errors.ts';
import { isDenial } from './new-role.ts';
import type { SendCall } from './signed-calls.ts';

/** The table of sealed cache entries. */
export function createEntryTable(tableName: string, send: SendCall): EntryTable {
  const table = new Table(tableName, send);
  return {
    async read(id, timeoutMs) {
      const item = await table.get(id, timeoutMs);
      return item && table.attribute(item, 'sealed', 'B');
    },
    async write(id, sealed, expiresAt, timeoutMs) {
      const Item = { id: { S: id }, sealed: { B: sealed }, expires: { N: String(expiresAt) } };
      await table.call('PutItem', { Item }, timeoutMs);
    },
  };
}

/** The table of revocation marks. */
export function createMarkTable(tableName: string, send: SendCall): MarkTable {
  const table = new Table(tableName, send);
  return {
    async read(id, timeoutMs) {
      const item = await table.get(id, timeoutMs);
      return item && marksIn(item, table);
    },
  };
}

/** The table of the expiries of app specific passwords. */
export function createExpiryReader(tableName: string, send: SendCall): ExpiryReader {
  const table = new Table(tableName, send);
  return {
    async read(id, timeoutMs) {
      const item = await table.get(id, timeoutMs);
      return item && timeIn(item, EXPIRES_AT, table);
    },
  };
}

/**
 * The table of DPoP proofs.
 *
 * @param uniqueId makes a new id, by which a call that is repeated knows its own item
 */
export function createProofTable(tableName: string, send: SendCall, uniqueId: () => string): ProofTable {
  const table = new Table(tableName, send);
  return {
    async add(id, expiresAt, timeoutMs) {
      const owner = { S: uniqueId() };
      const input = {
        Item: { id: { S: id }, owner, expires: { N: String(expiresAt) } },
        // The response to an attempt may be lost after the item is written. Without the owner, the next attempt would look like a replay.
        ConditionExpression: 'attribute_not_exists(id) OR #owner = :owner',
        ExpressionAttributeNames: { '#owner': 'owner' },
        ExpressionAttributeValues: { ':owner': owner },
      };
      return table.put(input, timeoutMs);
    },
  };
}

function marksIn(item: JsonObject, table: Table): Marks {
  const kinds = REVOCATION_KINDS.filter((kind) => item[MARK_ATTRIBUTES[kind]] !== undefined);
  if (kinds.length === 0) throw table.unreadable();
  return Object.fromEntries(kinds.map((kind) => [kind, timeIn(item, MARK_ATTRIBUTES[kind], table)]));
}

function timeIn(item: JsonObject, name: string, table: Table): number {
  const text = table.attribute(item, name, 'N');
  if (!/^\d{1,15}$/.test(text)) throw table.unreadable();
  return Number(text);
}

class Table {
  readonly #name: string;
  readonly #send: SendCall;

  constructor(name: string, send: SendCall) {
    this.#name = name;
    this.#send = send;
  }

  /** Reads an item, strongly consistent; `undefined` if there is none. */
  async get(id: string, timeoutMs: number): Promise<JsonObject | undefined> {
    const { Item: item } = await this.call('GetItem', { Key: { id: { S: id } }, ConsistentRead: true }, timeoutMs);
    if (item !== undefined && !isJsonObject(item)) throw this.unreadable();
    return item;
  }

  async call(operation: string, input: JsonObject, timeoutMs: number): Promise<JsonObject> {
    try {
      const named = { TableName: this.#name, ...input };
      return await this.#send({ service: 'dynamodb', operation, input: named, timeoutMs });
    } catch (error) {
      if (!(error instanceof AwsCallError)) throw error;
      const message = `${operation} failed at the table ${this.#name}: got ${error.name}.`;
      throw new TableError(failureOf(error), message, { cause: error });
    }
  }

  /** Writes an item. Returns whether its condition held. */
  async put(input: JsonObject, timeoutMs: number): Promise<boolean> {
    try {
      await this.call('PutItem', input, timeoutMs);
      return true;
    } catch (error) {
      if (error instanceof TableError && isFailedCondition(error.cause)) return false;
      throw error;
    }
  }

  /** The text of an attribute of one of DynamoDB's types. */
  attribute(item: JsonObject, name: string, type: 'B' | 'N'): string {
    const value = item[name];
    const text = isJsonObject(value) ? value[type] : undefined;
    if (typeof text !== 'string') throw this.unreadable();
    return text;
  }

  unreadable(): TableError {
    return new TableError('unreadable', `The table ${this.#name} has a malformed item.`);
  }
}

function isFailedCondition(error: unknown): boolean {
  return error instanceof AwsCallError && error.name === 'ConditionalCheckFailedException';
}

function failureOf(error: AwsCallError): TableFailure {
  if (error.name === 'TimeoutError') return 'timeout';
  if (error.name === 'ResourceNotFoundException') return 'missing';
  if (isThrottle(error.name)) return 'throttled';
  return isDenial(error) ? 'denied' : 'unreadable';
}
