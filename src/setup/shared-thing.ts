/**
 * Shares a thing of a tenant between the deployments of an account and region. Each one copies what the others have recorded
 * about it, so that the last one to be destroyed can restore it, even if another one changed it. Reads are consistent, and a
 * deployment marks itself as leaving before it looks for others, so two that are destroyed at once never leave the thing to
 * each other.
 */
import type { ListDeployments, OtherDeployment, StateName } from '../core/state-store.ts';
import { type OwnedRecords, type OwnedThing, recordsIn } from './record-store.ts';

/** A deployment with its record of the thing. */
export interface OtherOwner<Trace> {
  readonly deployment: string;
  /** `undefined` if it did not have to change anything, or if its record cannot be read. */
  readonly trace: Trace | undefined;
  /** It is being destroyed, and may be about to restore the thing. */
  readonly isLeaving: boolean;
}

/** How deployments that use the same thing see each other. */
export interface SharedThing<Trace> {
  /** The other deployments that have a record of the thing. */
  others(): Promise<readonly OtherOwner<Trace>[]>;
  /** Marks this deployment, for the others, as leaving the thing. */
  leave(): Promise<void>;
  /** Removes that mark, after the thing could not be restored. */
  stay(): Promise<void>;
}

/** A thing, by the item and the key of its record. */
export interface RecordedThing<Trace> {
  readonly item: StateName;
  readonly key: string;
  readonly records: OwnedRecords;
  /** Parses a record of another deployment. May throw. */
  readonly parse: (record: unknown) => Trace | undefined;
}

/** Finds the other users of a thing in the state tables of the other deployments. */
export function sharedThing<Trace>(thing: RecordedThing<Trace>, list: ListDeployments): SharedThing<Trace> {
  const { key, records } = thing;
  return {
    others: async () => (await Promise.all((await list()).map((other) => ownersIn(other, thing)))).flat(),
    leave: () => records.leave(key),
    stay: () => records.stay(key),
  };
}

/** Restores a thing while this deployment is marked as leaving it. If that fails, the mark is removed. */
export async function whileLeaving<Result>(
  shared: Pick<SharedThing<unknown>, 'leave' | 'stay'>,
  restore: () => Promise<Result>,
): Promise<Result> {
  // Do this first: two deployments that are destroyed at once must not leave the thing to each other.
  await shared.leave();
  try {
    return await restore();
  } catch (error) {
    // Others may use the thing until the next attempt. The first error is the one to report.
    await shared.stay().catch(() => {});
    throw error;
  }
}

/** The names of deployments, for a message. */
export function namesOf(others: readonly { readonly deployment: string }[]): string {
  return others.map(({ deployment }) => deployment).join(', ');
}

async function ownersIn<Trace>(
  { name, state }: OtherDeployment,
  { item, key, parse }: RecordedThing<Trace>,
): Promise<readonly OtherOwner<Trace>[]> {
  const entries = thingsIn((await state.read(item))?.value);
  // The records cannot be read, so the deployment may use everything.
  if (!entries) return [{ deployment: name, trace: undefined, isLeaving: false }];
  const entry = entries.find((candidate) => candidate.key === key);
  return entry ? [{ deployment: name, trace: parsed(parse, entry.record), isLeaving: entry.isLeaving }] : [];
}

function thingsIn(text: string | undefined): readonly OwnedThing[] | undefined {
  try {
    return recordsIn(text);
  } catch {
    return undefined;
  }
}

/** A deployment with an entry uses the thing, even if its record cannot be read. */
function parsed<Trace>(parse: (record: unknown) => Trace | undefined, record: unknown): Trace | undefined {
  try {
    return parse(record);
  } catch {
    return undefined;
  }
}
