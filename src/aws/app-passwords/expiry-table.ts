/**
 * The table of the expiries of app specific passwords. An item is `{id, subject, passwordId, expiresAt, expiring}`. The index `by-subject`
 * finds those of a user, and `by-expiry` the earliest. Indexes lag behind the table by a moment.
 */
import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  PutItemCommand,
  QueryCommand,
  type QueryCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { Expiry, ExpiryTable } from '../../app-passwords/ports.ts';
import { EXPIRES_AT } from '../../shared-state/expiry-id.ts';
import { AwsError, awsError } from '../errors.ts';
import { connectDynamoDb, wholeNumber } from './items.ts';

/** The key of the index `by-expiry`: the same for all items, so that one query finds the earliest of all. */
const EXPIRING = { S: 'yes' };

/**
 * Connects to the table with the credentials and region of the environment.
 *
 * @returns a table that throws AwsError `state_unreadable` or `state_unwritable`
 */
export function createExpiryTable(tableName: string, client = connectDynamoDb()): ExpiryTable {
  const items = new Items(tableName, client);
  return {
    add: (expiry) => items.add(expiry),
    ofUser: (subject) =>
      items.query(
        {
          IndexName: 'by-subject',
          KeyConditionExpression: 'subject = :subject',
          ExpressionAttributeValues: { ':subject': { S: subject } },
        },
        Number.POSITIVE_INFINITY,
      ),
    due: (nowSeconds, limit) =>
      items.query(
        {
          IndexName: 'by-expiry',
          KeyConditionExpression: 'expiring = :yes AND expiresAt <= :now',
          ExpressionAttributeValues: { ':yes': EXPIRING, ':now': { N: String(nowSeconds) } },
        },
        limit,
      ),
    some: (limit) =>
      items.query(
        {
          IndexName: 'by-expiry',
          KeyConditionExpression: 'expiring = :yes',
          ExpressionAttributeValues: { ':yes': EXPIRING },
        },
        limit,
      ),
    remove: (id) => items.remove(id),
  };
}

class Items {
  readonly #tableName: string;
  readonly #client: DynamoDBClient;

  constructor(tableName: string, client: DynamoDBClient) {
    this.#tableName = tableName;
    this.#client = client;
  }

  async add({ id, subject, passwordId, expiresAt }: Expiry): Promise<void> {
    const request = new PutItemCommand({
      TableName: this.#tableName,
      Item: {
        id: { S: id },
        subject: { S: subject },
        passwordId: { S: passwordId },
        [EXPIRES_AT]: { N: String(expiresAt) },
        expiring: EXPIRING,
      },
      // The SDK repeats a write if its response was lost. The repetition finds the item of the first one.
      ConditionExpression: 'attribute_not_exists(id) OR passwordId = :password',
      ExpressionAttributeValues: { ':password': { S: passwordId } },
    });
    await this.#client.send(request).catch((error: unknown) => {
      if (!(error instanceof ConditionalCheckFailedException)) throw this.#unwritable(error);
      throw new AwsError(
        'state_unwritable',
        `The table ${this.#tableName} has another password with this expiry's id.`,
      );
    });
  }

  /** Reads page after page, until there are no more, or enough. */
  async query(query: Omit<QueryCommandInput, 'TableName'>, limit: number): Promise<readonly Expiry[]> {
    const found: Expiry[] = [];
    let start: Record<string, AttributeValue> | undefined;
    do {
      const request = new QueryCommand({
        TableName: this.#tableName,
        ...query,
        ...(Number.isFinite(limit) && { Limit: limit - found.length }),
        ...(start && { ExclusiveStartKey: start }),
      });
      const { Items: items = [], LastEvaluatedKey: next } = await this.#client.send(request).catch((error: unknown) => {
        throw awsError('state_unreadable', `The table ${this.#tableName} cannot be read`, error);
      });
      found.push(...items.map((item) => this.#expiryOf(item)));
      start = next;
    } while (start && found.length < limit);
    return found;
  }

  async remove(id: string): Promise<void> {
    const request = new DeleteItemCommand({ TableName: this.#tableName, Key: { id: { S: id } } });
    await this.#client.send(request).catch((error: unknown) => {
      throw this.#unwritable(error);
    });
  }

  #expiryOf({ id, subject, passwordId, expiresAt }: Record<string, AttributeValue>): Expiry {
    const [key, user, password, seconds] = [id?.S, subject?.S, passwordId?.S, wholeNumber(expiresAt)];
    if (key !== undefined && user !== undefined && password !== undefined && seconds !== undefined)
      return { id: key, subject: user, passwordId: password, expiresAt: seconds };
    throw new AwsError('state_unreadable', `The table ${this.#tableName} has a malformed item. Remove it.`);
  }

  #unwritable(error: unknown): AwsError {
    return awsError('state_unwritable', `The table ${this.#tableName} cannot be written`, error);
  }
}
