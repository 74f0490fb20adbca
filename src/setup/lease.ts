/**
 * Lets deployments, rotations and revocations change the resource server one at a time. A revocation never waits: it
 * takes the lease over. An operation that loses the lease runs its work again, because one of its requests may have
 * reached the tenant after those of the new holder.
 */
import type { Clock } from '../core/clock.ts';
import { CodedError } from '../core/errors.ts';
import { STATE_NAMES, type StateStore } from '../core/state-store.ts';
import { changeLease, type Lease, LeaseLost, OwnedRecords } from './record-store.ts';

/** Thrown when somebody else holds the lease for longer than there is time to wait. */
export class LeaseHeld extends CodedError<'lease_held'> {
  constructor(remainingMs: number) {
    super(
      'lease_held',
      `Another deployment, rotation or revocation is changing the resource server. Run this again when it has ended, in ${Math.ceil(remainingMs / 1000)} s at most.`,
    );
  }
}

export interface LeasePorts {
  readonly state: StateStore;
  readonly clock: Clock;
  /** Resolves after this many milliseconds. */
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Makes a unique text, such as a random one. */
  readonly uniqueId: () => string;
}

export interface LeaseOptions {
  /** Names the operation. A retry of the same operation takes the lease over from the earlier run, which has died. */
  readonly purpose: string;
  /** How long to wait for the lease, in milliseconds. */
  readonly timeoutMs: number;
  /** Take the lease from its holder instead of waiting. @default false */
  readonly takeOver?: boolean;
}

/** What the work receives while the lease is held. */
export interface Held {
  /** The records of resource servers. They cannot be read or written once the lease is lost. */
  readonly records: OwnedRecords;
  /** Epoch milliseconds until which an earlier holder, from whom the lease was taken, may still be at work. */
  readonly displacedUntilMs: number | undefined;
}

/**
 * No work under the lease takes longer: a rotation's requests to the tenant have 60 s in all, and the set-up function
 * is stopped two minutes after its start.
 */
export const LEASE_MS = 120_000;
const POLL_MS = 1000;

/**
 * Runs work while holding the lease.
 *
 * @param work may run more than once, so it must be repeatable
 * @throws LeaseHeld if the lease did not become free in time, and what `work` throws
 */
export async function exclusively<Result>(
  ports: LeasePorts,
  { purpose, timeoutMs, takeOver = false }: LeaseOptions,
  work: (held: Held) => Promise<Result>,
): Promise<Result> {
  const endMs = ports.clock() + timeoutMs;
  for (let isFirst = true; ; isFirst = false) {
    const holder = ports.uniqueId();
    const displacedUntilMs = await take(ports, { holder, purpose, endMs, mayTakeOver: isFirst, takeOver });
    const outcome = await attempt(() =>
      work({ records: new OwnedRecords(ports.state, STATE_NAMES.resourceServers, holder), displacedUntilMs }),
    );
    if (!(await release(ports, holder, outcome))) continue;
    if ('result' in outcome) return outcome.result;
    throw outcome.error;
  }
}

type Outcome<Result> = { readonly result: Result } | { readonly error: unknown };

async function attempt<Result>(work: () => Promise<Result>): Promise<Outcome<Result>> {
  try {
    return { result: await work() };
  } catch (error) {
    return { error };
  }
}

interface Taking {
  readonly holder: string;
  readonly purpose: string;
  readonly endMs: number;
  readonly takeOver: boolean;
  /** False once the lease was lost. Otherwise two revocations could take it from each other forever. */
  readonly mayTakeOver: boolean;
}

/** Waits for the lease. Returns the time until which an earlier holder, from whom it was taken, may still be at work. */
async function take({ state, clock, sleep }: LeasePorts, { holder, purpose, endMs, takeOver, mayTakeOver }: Taking) {
  for (;;) {
    let displaced: Lease | undefined;
    let isTaken = false;
    await changeLease(state, (lease) => {
      const nowMs = clock();
      displaced = lease && isHeld(lease, nowMs) ? lease : undefined;
      isTaken = !displaced || (mayTakeOver && (takeOver || displaced.purpose === purpose));
      return isTaken ? { holder, purpose, untilMs: nowMs + LEASE_MS } : 'keep';
    });
    if (isTaken) return displaced?.untilMs;
    if (clock() + POLL_MS > endMs) throw new LeaseHeld((displaced?.untilMs ?? 0) - clock());
    await sleep(POLL_MS);
  }
}

/** Ignores a lease that ends later than any real one can, because it would stop everybody forever. */
function isHeld({ untilMs }: Lease, nowMs: number): boolean {
  return nowMs < untilMs && untilMs <= nowMs + 2 * LEASE_MS;
}

/** Releases the lease. Returns whether it was still held; otherwise the work has to run again. */
async function release<Result>({ state }: LeasePorts, holder: string, outcome: Outcome<Result>): Promise<boolean> {
  let wasHeld = false;
  try {
    await changeLease(state, (lease) => {
      wasHeld = lease?.holder === holder;
      return wasHeld ? undefined : 'keep';
    });
  } catch (error) {
    // The lease expires by itself. Report the first error.
    throw 'error' in outcome && !(outcome.error instanceof LeaseLost) ? outcome.error : error;
  }
  return wasHeld;
}
