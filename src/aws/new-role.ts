/**
 * Repeats a request that AWS denies. A role that was just created, or whose rights were just changed, is not known everywhere
 * for some seconds, and until then every request of it is denied.
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
export function toleratingNewRole<SdkClient extends Client>(
  client: SdkClient,
  { waitsMs, most, wait = sleep }: NewRoleSettings,
): SdkClient {
  let repeated = 0;
  client.middlewareStack.add(
    (next) => async (args) => {
      for (const waitMs of repeated < most ? waitsMs : []) {
        const attempt = await next(args).then(succeeded, deniedOrThrow);
        if (attempt !== DENIED) return attempt.result;
        repeated += 1;
        await wait(waitMs);
      }
      return next(args);
    },
    { step: 'initialize' },
  );
  return client;
}

const DENIED = Symbol('denied');

function succeeded<Result>(result: Result) {
  return { result };
}

function deniedOrThrow(error: unknown): typeof DENIED {
  if (error instanceof Error && DENIALS.has(error.name)) return DENIED;
  throw error;
}
