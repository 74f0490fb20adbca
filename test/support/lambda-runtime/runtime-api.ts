/**
 * Lambda's Runtime API on loopback: hands events to a runtime client one at a time, and receives the results of its handler.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { isJsonObject, parseJson } from '../../../src/core/json.ts';

/** The result of the handler, or the runtime's report of its error. */
export type Outcome =
  | { readonly response: unknown }
  | { readonly error: { readonly errorType: string; readonly errorMessage: string } };

interface Invocation {
  readonly id: string;
  readonly body: string;
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (error: Error) => void;
}

const PATH =
  /^\/2018-06-01\/runtime\/(?:(?<init>init\/error)|invocation\/(?:next|(?<id>[^/]+)\/(?<kind>response|error)))$/;
const FUNCTION_ARN = 'arn:aws:lambda:us-east-1:000000000000:function:under-test';
const TIMEOUT_MS = 30_000;

export class RuntimeApi {
  readonly #server: Server;
  readonly #waiting: Invocation[] = [];
  readonly #running = new Map<string, Invocation>();
  /** The open request of a runtime that waits for an invocation. */
  #asking: ServerResponse | undefined;
  #failure: Error | undefined;

  private constructor(server: Server) {
    this.#server = server;
    server.on('request', (request, response) => void this.#respond(request, response));
  }

  static async start(): Promise<RuntimeApi> {
    const server = createServer();
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return new RuntimeApi(server);
  }

  /** Host and port in the format of the environment variable `AWS_LAMBDA_RUNTIME_API`. */
  get address(): string {
    const address = this.#server.address();
    return `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  }

  /**
   * Invokes the function, after earlier invocations.
   *
   * @throws Error if the runtime could not load the handler, or has ended
   */
  invoke(event: unknown): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      if (this.#failure) return reject(this.#failure);
      this.#waiting.push({ id: randomUUID(), body: JSON.stringify(event), resolve, reject });
      this.#handOut();
    });
  }

  /** Rejects all invocations, now and later. */
  fail(error: Error): void {
    this.#failure ??= error;
    for (const { reject } of [...this.#waiting.splice(0), ...this.#running.values()]) reject(this.#failure);
    this.#running.clear();
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { id, kind, init } = PATH.exec(request.url ?? '')?.groups ?? {};
    const body = parseJson(Buffer.concat(chunks).toString());
    if (request.method === 'GET') {
      this.#asking = response;
      return this.#handOut();
    }
    if (init !== undefined) this.fail(new Error(`The handler could not be loaded: ${errorOf(body).errorMessage}`));
    else this.#settle(id ?? '', kind === 'error' ? { error: errorOf(body) } : { response: body });
    response.writeHead(202).end();
  }

  #settle(id: string, outcome: Outcome): void {
    this.#running.get(id)?.resolve(outcome);
    this.#running.delete(id);
  }

  #handOut(): void {
    if (!this.#asking) return;
    const invocation = this.#waiting.shift();
    if (!invocation) return;
    this.#running.set(invocation.id, invocation);
    this.#asking.writeHead(200, {
      'content-type': 'application/json',
      'lambda-runtime-aws-request-id': invocation.id,
      'lambda-runtime-deadline-ms': String(Date.now() + TIMEOUT_MS),
      'lambda-runtime-invoked-function-arn': FUNCTION_ARN,
    });
    this.#asking.end(invocation.body);
    this.#asking = undefined;
  }
}

function errorOf(body: unknown): { readonly errorType: string; readonly errorMessage: string } {
  const { errorType, errorMessage } = isJsonObject(body) ? body : {};
  return { errorType: String(errorType), errorMessage: String(errorMessage) };
}
