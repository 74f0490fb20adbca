/**
 * The state that a deployment's functions share: small JSON texts under names. Reads are strongly consistent and writes are
 * conditional, so two functions that write at the same moment never lose each other's change.
 */
import { CodedError } from './errors.ts';

/** The prefix of every state table's name, by which the deployments of an account find each other. */
export const STATE_TABLE_PREFIX = 'auth0-api-authorizer-state-';

/** The names in use. */
export const STATE_NAMES = {
  /** The published public keys, as a JWKS. */
  publicKeys: 'public-keys',
  /** The ids of signing keys that were revoked and must never be trusted again. */
  revokedKeys: 'revoked-keys',
  /** What resource servers held before the first deployment, and who is changing them now. */
  resourceServers: 'resource-servers',
  /** What client grants held before the first deployment. */
  clientGrants: 'client-grants',
} as const;

export type StateName = (typeof STATE_NAMES)[keyof typeof STATE_NAMES];

export interface StateItem {
  readonly value: string;
  /** Changes with every write. */
  readonly revision: string;
}

export interface StateStore {
  /**
   * Reads what was written last.
   *
   * @returns `undefined` if nothing was written yet
   * @throws AwsError `state_unreadable`, or `state_missing` if there is no table
   */
  read(name: StateName): Promise<StateItem | undefined>;
  /**
   * Writes a value, unless somebody else has written since it was read.
   *
   * @param revision of the item that was read; `undefined` if there was none
   * @returns whether it was written
   * @throws AwsError `state_unwritable`
   */
  write(name: StateName, value: string, revision: string | undefined): Promise<boolean>;
}

/** Thrown when other functions keep changing an item. */
export class StateContended extends CodedError<'state_unwritable'> {}

/** Only a handful of functions share a table, so this many lost races in a row mean that something is wrong. */
const MOST_ATTEMPTS = 25;

/**
 * Changes an item: reads it, computes the new value and writes that. Starts again if somebody else has written in between.
 *
 * @param change gets the current value, `undefined` if there is none; returns the new one, or `undefined` to leave it as it is
 * @throws AwsError `state_unreadable` or `state_unwritable`, StateContended, and what `change` throws
 */
export async function changeState(
  store: StateStore,
  name: StateName,
  change: (value: string | undefined) => string | undefined,
): Promise<void> {
  for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt += 1) {
    const item = await store.read(name);
    const value = change(item?.value);
    if (value === undefined || value === item?.value) return;
    if (await store.write(name, value, item?.revision)) return;
  }
  throw new StateContended(
    'state_unwritable',
    `The state "${name}" could not be written: other functions changed it ${MOST_ATTEMPTS} times in a row. Run the operation again.`,
  );
}

/** A deployment, by the name of its table. */
export interface OtherDeployment {
  readonly name: string;
  readonly state: Pick<StateStore, 'read'>;
}

/**
 * Lists the other deployments.
 *
 * @throws AwsError `deployments_unreadable`
 */
export type ListDeployments = () => Promise<readonly OtherDeployment[]>;
