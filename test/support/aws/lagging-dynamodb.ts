/**
 * One DynamoDB table behind the SDK's client, as difficult as the real one may be: an eventually consistent read sees an older
 * table, and every request takes some time, so that other requests come in between.
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { isJsonObject, type JsonObject } from '../../../src/core/json.ts';

interface Request {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

export class LaggingDynamoDb {
  readonly client: DynamoDBClient;
  /** The table after each write; the last one is the current table. */
  readonly #history: ReadonlyMap<string, JsonObject>[] = [new Map()];
  readonly #lag: number;
  #requests = 0;

  /** @param lag how many writes an eventually consistent read is behind */
  constructor(lag: number) {
    this.#lag = lag;
    this.client = new DynamoDBClient({
      region: 'eu-west-1',
      credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'example' },
      maxAttempts: 1,
      requestHandler: { handle: (request: Request) => this.#handle(request) } as never,
    });
  }

  /** The current value of an item. */
  valueOf(name: string): string | undefined {
    const { value } = this.#present.get(name) ?? {};
    return isJsonObject(value) ? String(value.S) : undefined;
  }

  get #present(): ReadonlyMap<string, JsonObject> {
    return this.#history.at(-1) ?? new Map();
  }

  async #handle({ headers, body }: Request) {
    const operation = (headers['x-amz-target'] ?? '').split('.').at(-1);
    const input: JsonObject = JSON.parse(typeof body === 'string' ? body : new TextDecoder().decode(body));
    // Some requests are faster than others.
    this.#requests += 1;
    for (let turn = 0; turn < this.#requests % 7; turn += 1) await Promise.resolve();
    const response = operation === 'GetItem' ? this.#get(input) : this.#put(input);
    return {
      response: {
        statusCode: '__type' in response ? 400 : 200,
        headers: { 'content-type': 'application/x-amz-json-1.0' },
        body: Buffer.from(JSON.stringify(response)),
      },
    };
  }

  #get({ Key, ConsistentRead }: JsonObject): object {
    const seen = ConsistentRead === true ? this.#present : (this.#history.at(-1 - this.#lag) ?? new Map());
    const Item = seen.get(textOf(Key, 'name'));
    return Item ? { Item } : {};
  }

  #put({ Item, ConditionExpression, ExpressionAttributeValues }: JsonObject): object {
    if (!isJsonObject(Item)) throw new TypeError('There is no item to put.');
    const held = this.#present.get(textOf(Item, 'name'));
    const mayWrite =
      ConditionExpression === 'attribute_not_exists(#name)'
        ? held === undefined
        : held !== undefined && textOf(held, 'revision') === textOf(ExpressionAttributeValues, ':revision');
    if (!mayWrite) return { __type: 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException' };
    this.#history.push(new Map([...this.#present, [textOf(Item, 'name'), Item]]));
    return {};
  }
}

function textOf(attributes: unknown, name: string): string {
  const attribute = isJsonObject(attributes) ? attributes[name] : undefined;
  return isJsonObject(attribute) ? String(attribute.S) : '';
}
