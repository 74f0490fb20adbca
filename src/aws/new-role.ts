/**
 * Retries requests that AWS denies. After a role is created or changed, it takes some seconds until all of AWS knows it. Until
 * then, its requests are denied.
 */
import { setTimeout as sleep } from 'node:timers/promises';

/** The names of the errors, which differ between services. */
const DENIALS: ReadonlySet<string> = new Set(['AccessDeniedException', 'AccessDenied', 'UnrecognizedClientException']);

type Middleware = <Args, Result>(next: (args: Args) => Promise<Result>) => (args: Args) => Promise<Result>;

/** The part of an SDK client that is used here. */
interface Client {
  readonly middlewareStack: { add(middleware: Middleware, options: { readonly step: 'initialize' }): void };
}

export interface NewRoleSettings {
  /** The waits before the second, third, … attempt, in milliseconds. */
  readonly waitsMs: readonly number[];
  /** How many requests of the client may be repeated, so that a role without the right does not slow every request down. */
  readonly most: number;
  readonly wait?: (milliseconds: number) => Promise<unknown>;
}

/** Makes a client repeat denied requests. */
export function toleratingNewRole<SdkClient extends Client>(client: SdkClient, settings: NewRoleSettings): SdkClient {
  const repeating = repeatingDenied(settings);
  client.middlewareStack.add((next) => (args) => repeating(() => next(args)), { step: 'initialize' });
  return client;
}

/** Makes a function that repeats requests of all kinds if they are denied. */
export function repeatingDenied({ waitsMs, most, wait = sleep }: NewRoleSettings) {
  let repeated = 0;
  const pause = async (milliseconds: number) => {
    repeated += 1;
    await wait(milliseconds);
  };
  return <Result>(send: () => Promise<Result>) => attempt(send, repeated < most ? waitsMs : [], pause);
}

async function attempt<Result>(
  send: () => Promise<Result>,
  [waitMs, ...later]: readonly number[],
  pause: (milliseconds: number) => Promise<void>,
): Promise<Result> {
  try {
    return await send();
  } catch (error) {
    if (waitMs === undefined || !isDenial(error)) throw error;
    await pause(waitMs);
    return attempt(send, later, pause);
  }
}

/** Whether AWS denied a request. */
export function isDenial(error: unknown): boolean {
  return error instanceof Error && DENIALS.has(error.name);
}
