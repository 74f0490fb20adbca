/**
 * As much of AWS as the authorizer uses, on loopback and in memory: `GetSecretValue`, `GetItem` and `PutItem`. It checks no
 * signatures. It is much faster than the emulator, so a test can send many requests, and a test can make it fail.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { isJsonObject, type JsonObject, parseJson } from '../../../src/core/json.ts';

export type Operation = 'GetSecretValue' | 'GetItem' | 'PutItem';

/** What happens to a request instead of, or before, the usual response. */
export type AwsFault =
  | { readonly delayMs: number }
  /** Responds with 400 and this error, such as `ResourceNotFoundException`. */
  | { readonly error: string }
  /** Responds with 200 and this text. */
  | { readonly text: string };

export interface AwsCall {
  readonly operation: Operation;
  /** The table, or the id of the secret. */
  readonly name: string;
}

export interface LoopbackAws {
  /** What a function needs in its environment to use this instead of AWS. */
  readonly environment: Readonly<Record<string, string>>;
  /** By the secret's id. Every version has the staging label `AWSCURRENT`. */
  readonly secrets: Map<string, string>;
  /** Items as JSON in DynamoDB's format, by table, then by `id`. A table that is read or written exists. */
  readonly tables: Map<string, Map<string, JsonObject>>;
  readonly calls: AwsCall[];
  putSecret(name: string, text: string): Promise<void>;
  /** Chooses the fault of a call. @default no faults */
  fault: (call: AwsCall) => AwsFault | undefined;
  close(): Promise<void>;
}

interface Reply {
  readonly status: number;
  readonly body: JsonObject | string;
}

type Contents = Pick<LoopbackAws, 'secrets' | 'tables'>;

/** Starts it. The caller puts in the secrets. */
export async function startLoopbackAws(): Promise<LoopbackAws> {
  const server = createServer({ keepAliveTimeout: 120_000 });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  const secrets = new Map<string, string>();
  const aws: LoopbackAws = {
    environment: environmentOf(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`),
    secrets,
    tables: new Map(),
    calls: [],
    putSecret: async (name, text) => {
      secrets.set(name, text);
    },
    fault: () => undefined,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  server.on('request', (request, response) => void respond(request, response, aws));
  return aws;
}

function environmentOf(url: string): Readonly<Record<string, string>> {
  return {
    AWS_ENDPOINT_URL: url,
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'example',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  };
}

async function respond(request: IncomingMessage, response: ServerResponse, aws: LoopbackAws): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const parsed = parseJson(Buffer.concat(chunks).toString());
  const input = isJsonObject(parsed) ? parsed : {};
  const operation = operationOf(request.headers['x-amz-target']);
  if (!operation) return send(response, failure('UnknownOperationException'));
  const call = { operation, name: String(input.TableName ?? input.SecretId) };
  aws.calls.push(call);
  const fault = aws.fault(call);
  if (fault && 'error' in fault) return send(response, failure(fault.error));
  if (fault && 'text' in fault) return send(response, { status: 200, body: fault.text });
  if (fault) await new Promise((resolve) => setTimeout(resolve, fault.delayMs).unref());
  send(response, perform(call, input, aws));
}

function operationOf(target: string | string[] | undefined): Operation | undefined {
  const name = String(target).split('.').at(-1);
  return (['GetSecretValue', 'GetItem', 'PutItem'] as const).find((operation) => operation === name);
}

function perform({ operation, name }: AwsCall, input: JsonObject, { secrets, tables }: Contents): Reply {
  if (operation === 'GetSecretValue') {
    const value = (input.VersionStage ?? 'AWSCURRENT') === 'AWSCURRENT' ? secrets.get(name) : undefined;
    return value === undefined ? failure('ResourceNotFoundException') : success({ Name: name, SecretString: value });
  }
  const table = tables.get(name) ?? new Map<string, JsonObject>();
  tables.set(name, table);
  if (operation === 'GetItem') {
    const item = table.get(idOf(input.Key));
    return success(item ? { Item: item } : {});
  }
  if (isJsonObject(input.Item)) table.set(idOf(input.Item), input.Item);
  return success({});
}

/** The partition key of every table of the authorizer is `id`, a string. */
function idOf(key: unknown): string {
  const id = isJsonObject(key) ? key.id : undefined;
  return isJsonObject(id) ? String(id.S) : '';
}

function success(body: JsonObject): Reply {
  return { status: 200, body };
}

function failure(name: string): Reply {
  return { status: 400, body: { __type: `com.amazonaws#${name}`, message: name } };
}

function send(response: ServerResponse, { status, body }: Reply): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/x-amz-json-1.0',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}
