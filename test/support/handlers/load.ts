/** Sends many requests to several processes, as API Gateway does through Lambda, and judges every response. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { SeededRandom } from '../../../bench/simulation/random.ts';
import { isJsonObject } from '../../../src/core/json.ts';
import type { Outcome } from '../lambda-runtime/runtime-api.ts';
import type { HandlerProcess } from './handler-process.ts';
import { restRequest } from './rest-request.ts';

export type Verdict = 'allow' | 'deny' | 'unauthorized' | 'unavailable';

export interface LoadCredential {
  readonly authorization: string;
  /** What the issuer says about it, for `GET /foo`. */
  readonly expected: Exclude<Verdict, 'unavailable'>;
}

export interface LoadOptions {
  readonly processes: readonly HandlerProcess[];
  readonly credentials: readonly LoadCredential[];
  readonly requests: number;
  readonly random: SeededRandom;
  /** How many requests come on average; independent callers. @default as many as the processes can handle */
  readonly requestsPerSecond?: number;
}

export interface LoadResult {
  /** One line for each response that the issuer would not have given. */
  readonly wrong: readonly string[];
  readonly unavailable: number;
  /** From the first request to the last response. */
  readonly seconds: number;
}

export async function sendLoad(options: LoadOptions): Promise<LoadResult> {
  const { credentials, random, requests, requestsPerSecond } = options;
  const wrong: string[] = [];
  let unavailable = 0;
  const placement = new Placement(options);
  const startedAtMs = performance.now();
  const send = async () => {
    const credential = credentials[random.below(credentials.length)];
    if (!credential) return;
    const verdict = verdictOf(await placement.invoke(restRequest(credential.authorization)));
    if (verdict === 'unavailable') unavailable += 1;
    else if (verdict !== credential.expected) wrong.push(`${verdict} instead of ${credential.expected}`);
  };
  if (requestsPerSecond === undefined) await sendInLanes(requests, options.processes.length, send);
  else await sendAtRate(requests, () => random.exponential(1000 / requestsPerSecond), send);
  return { wrong, unavailable, seconds: (performance.now() - startedAtMs) / 1000 };
}

/** Sends the next request when one is done. */
async function sendInLanes(requests: number, lanes: number, send: () => Promise<void>): Promise<void> {
  let left = requests;
  const lane = async () => {
    while (left > 0) {
      left -= 1;
      await send();
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

/** Sends requests at their time, whatever became of earlier ones. */
async function sendAtRate(requests: number, untilNextMs: () => number, send: () => Promise<void>): Promise<void> {
  const sent: Promise<void>[] = [];
  let dueMs = performance.now();
  for (let index = 0; index < requests; index += 1) {
    dueMs += untilNextMs();
    const waitMs = dueMs - performance.now();
    if (waitMs > 0) await sleep(waitMs);
    sent.push(send());
  }
  await Promise.all(sent);
}

/** Gives each request to any free process, so that a slow machine does not change which one that is. Requests wait if all are busy. */
class Placement {
  readonly #free: HandlerProcess[];
  readonly #random: SeededRandom;
  readonly #waiting: ((process: HandlerProcess) => void)[] = [];

  constructor({ processes, random }: LoadOptions) {
    this.#free = [...processes];
    this.#random = random;
  }

  async invoke(event: unknown): Promise<Outcome> {
    const [free] = this.#free.splice(this.#random.below(this.#free.length), 1);
    const process = free ?? (await new Promise<HandlerProcess>((resolve) => this.#waiting.push(resolve)));
    try {
      return await process.invoke(event);
    } finally {
      const next = this.#waiting.shift();
      if (next) next(process);
      else this.#free.push(process);
    }
  }
}

function verdictOf(outcome: Outcome): Verdict {
  if ('error' in outcome) return outcome.error.errorMessage === 'Unauthorized' ? 'unauthorized' : 'unavailable';
  const { policyDocument } = isJsonObject(outcome.response) ? outcome.response : {};
  const statements = isJsonObject(policyDocument) ? policyDocument.Statement : undefined;
  const [statement] = Array.isArray(statements) ? statements : [];
  return isJsonObject(statement) && statement.Effect === 'Allow' ? 'allow' : 'deny';
}
