/**
 * One function in a child process of its own, as in one execution environment of Lambda: it runs the built bundle, and handles one
 * event at a time. Many of them share what many containers share, such as a table.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { DIST } from '../../../build/paths.ts';
import { end } from '../../../local/deployment/child-process.ts';
import { isJsonObject, type JsonObject } from '../../../src/core/json.ts';
import type { Outcome } from '../lambda-runtime/runtime-api.ts';

export interface HandlerProcessOptions {
  /** The whole environment of the process. */
  readonly environment: Readonly<Record<string, string>>;
  /** The folder of the function's code. @default the built authorizer */
  readonly directory?: string;
  /** Called with each line of the function's log, before the outcome of the event that it is about. */
  readonly onLine?: (line: string) => void;
}

/** What is in use after a garbage collection, in bytes. */
export interface MemoryUse {
  readonly heapUsed: number;
  /** The resident set, which also holds memory that could be freed. */
  readonly rss: number;
}

interface Waiting {
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (error: Error) => void;
}

const CHILD = new URL('handler-child.cjs', import.meta.url).pathname;
const AUTHORIZER = `${DIST}functions/authorizer`;
const LOADED = 'loaded';

export class HandlerProcess {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<string, Waiting>();
  /** Ends when the events so far have been handled. */
  #queue: Promise<unknown>;
  #lastId = 0;
  #failure: Error | undefined;

  private constructor(child: ChildProcess, onLine: (line: string) => void) {
    this.#child = child;
    this.#queue = this.#expect(LOADED);
    child.on('message', (message) => {
      const { line } = isJsonObject(message) ? message : {};
      if (typeof line === 'string') onLine(line);
      else this.#settle(message);
    });
    child.once('error', (error) => this.#fail(error));
    let errors = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      errors += text;
    });
    child.once('close', (code, signal) => {
      this.#fail(new Error(`The function ended: ${signal ?? `exit code ${code}`}. ${errors}`.trim()));
    });
  }

  /** Starts a function. @throws Error if its code cannot be loaded */
  static async start(options: HandlerProcessOptions): Promise<HandlerProcess> {
    const { environment, directory = AUTHORIZER, onLine = () => {} } = options;
    const child = fork(CHILD, [`${directory}/index.js`], {
      env: { LAMBDA_TASK_ROOT: directory, ...environment },
      execArgv: ['--expose-gc', '--no-warnings'],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    const started = new HandlerProcess(child, onLine);
    await started.#queue;
    return started;
  }

  /**
   * Invokes the function, after earlier events.
   *
   * @throws Error if the process has ended
   */
  invoke(event: unknown): Promise<Outcome> {
    return this.#enqueue({ event });
  }

  /** Collects garbage and measures what is left. */
  async memory(): Promise<MemoryUse> {
    const outcome = await this.#enqueue({ kind: 'memory' });
    const { heapUsed, rss } = 'response' in outcome && isJsonObject(outcome.response) ? outcome.response : {};
    return { heapUsed: Number(heapUsed), rss: Number(rss) };
  }

  close(): Promise<void> {
    return end(this.#child);
  }

  #enqueue(message: JsonObject): Promise<Outcome> {
    const outcome = this.#queue.then(() => this.#send(message));
    this.#queue = outcome.catch(() => {});
    return outcome;
  }

  #send(message: JsonObject): Promise<Outcome> {
    this.#lastId += 1;
    const id = String(this.#lastId);
    const outcome = this.#expect(id);
    // If the process has just ended, 'close' comes next, and says why.
    this.#child.send({ ...message, id }, () => {});
    return outcome;
  }

  #expect(id: string): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      if (this.#failure) reject(this.#failure);
      else this.#waiting.set(id, { resolve, reject });
    });
  }

  #settle(message: unknown): void {
    const { id, outcome } = isJsonObject(message) ? message : {};
    const waiting = this.#waiting.get(String(id));
    this.#waiting.delete(String(id));
    waiting?.resolve(outcomeOf(outcome));
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const { reject } of this.#waiting.values()) reject(this.#failure);
    this.#waiting.clear();
  }
}

function outcomeOf(value: unknown): Outcome {
  const { response, error } = isJsonObject(value) ? value : {};
  if (!isJsonObject(error)) return { response };
  return { error: { errorType: String(error.errorType), errorMessage: String(error.errorMessage) } };
}
