/**
 * The server for the child processes, over TLS on loopback: an issuer's JWKS and introspection, and as much of Secrets Manager and
 * DynamoDB as reading a secret, and reading and writing an item, needs. It sends prepared responses and checks nothing, so it costs no
 * more than the round trip.
 */
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateSigningKey } from '../src/signing-key/generate-signing-key.ts';
import { makeCertificate } from './certificate.ts';
import { AUDIENCE, type BenchIssuer, createIssuer, introspectionResponse } from './issuer.ts';

export interface StandIn {
  readonly issuer: BenchIssuer;
  /** What a table of DynamoDB holds: DynamoDB's JSON of each item, by its id. A benchmark may add items. */
  readonly items: Map<string, object>;
  /** Its own directory, deleted when it closes. */
  readonly directory: string;
  /**
   * For child processes: the addresses and the certificate to trust. It contains nothing of this process's environment.
   */
  readonly environment: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

type Responses = Readonly<Record<'/.well-known/jwks.json' | '/oauth/introspect' | 'secret', string>>;

const PEPPER = JSON.stringify({ SecretString: 'p'.repeat(64) });
const NO_SUCH_VERSION = JSON.stringify({ __type: 'ResourceNotFoundException', message: 'No such version.' });

export async function startStandIn(): Promise<StandIn> {
  const now = Date.now();
  const directory = mkdtempSync(join(tmpdir(), 'bench-'));
  const { cert, key } = await makeCertificate(now);
  writeFileSync(join(directory, 'ca.pem'), cert);
  const server = createServer({ cert, key, keepAliveTimeout: 120_000 });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const issuer = await createIssuer(url);
  const responses = {
    '/.well-known/jwks.json': issuer.jwks,
    '/oauth/introspect': introspectionResponse(url),
    secret: JSON.stringify({ SecretString: JSON.stringify(await generateSigningKey(now)) }),
  };
  const items = new Map<string, object>();
  server.on('request', (request, response) => void respond(request, response, responses, items));
  return {
    issuer,
    items,
    directory,
    environment: environment(url, directory),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      rmSync(directory, { recursive: true });
    },
  };
}

function environment(issuer: string, directory: string): Readonly<Record<string, string>> {
  return {
    CONFIG: JSON.stringify({
      issuer,
      audience: AUDIENCE,
      routes: { 'GET /foo/{id}': ['read:foo'] },
      signingKeySecret: 'signing-key',
      sharedCache: { table: 'cache', pepperSecret: 'pepper' },
      revocation: { table: 'marks', seconds: 5, revokeJwts: false },
    }),
    NODE_EXTRA_CA_CERTS: join(directory, 'ca.pem'),
    AWS_ENDPOINT_URL: issuer,
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'bench',
    AWS_SECRET_ACCESS_KEY: 'bench',
    // The deployed functions run on a later version of Node, for which the SDK prints no warning.
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  };
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  responses: Responses,
  items: StandIn['items'],
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const { url, headers } = request;
  const operation = /^DynamoDB_20120810\.(\w+)$/.exec(String(headers['x-amz-target']))?.[1];
  if (operation !== undefined) send(response, 200, tableResponse(operation, Buffer.concat(chunks).toString(), items));
  else if (url === '/.well-known/jwks.json' || url === '/oauth/introspect') send(response, 200, responses[url]);
  else if (Buffer.concat(chunks).includes('"pepper"')) send(response, 200, PEPPER);
  else if (Buffer.concat(chunks).includes('AWSPENDING')) send(response, 400, NO_SUCH_VERSION);
  else send(response, 200, responses.secret);
}

/** As DynamoDB responds to `GetItem` and `PutItem`. The table has the key `id`. */
function tableResponse(operation: string, body: string, items: StandIn['items']): string {
  const { Key, Item: item } = JSON.parse(body);
  if (operation === 'PutItem') items.set(item.id.S, item);
  const found = operation === 'GetItem' ? items.get(Key.id.S) : undefined;
  return JSON.stringify(found === undefined ? {} : { Item: found });
}

function send(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
  response.end(body);
}
