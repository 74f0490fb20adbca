/** What a change of the signing key needs: the settings, and everything outside as ports. */
import type { SecretVersions } from '../../src/aws/secret-versions.ts';
import type { RotationConfiguration } from '../../src/config/function-configurations.ts';
import type { Clock } from '../../src/core/clock.ts';
import type { StateStore } from '../../src/core/state-store.ts';
import type { ResourceServers } from '../../src/management/resource-servers.ts';
import { exclusively, type Held } from '../../src/setup/lease.ts';
import type { OwnedRecords } from '../../src/setup/record-store.ts';
import type { PrivateSigningJwk } from '../../src/signing-key/signing-key.ts';
import type { ProveKey } from './prove-key.ts';

export interface Rotation {
  readonly settings: RotationConfiguration;
  /** The versions of the secret with the private halves. */
  readonly secret: SecretVersions;
  readonly state: StateStore;
  /** Connects to the tenant as the client that the management secret holds now. */
  readonly connect: () => Promise<{ readonly resourceServers: ResourceServers }>;
  readonly prove: ProveKey;
  /** Makes a new signing key. */
  readonly generate: () => Promise<PrivateSigningJwk>;
  readonly clock: Clock;
  /** Resolves after this many milliseconds. */
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Makes a unique text, such as a random one. */
  readonly uniqueId: () => string;
}

/** How a step ended, for the log. */
export type StepOutcome =
  | 'done'
  /** The version is already current: the step belongs to a rotation that has ended. */
  | 'already_current'
  /** The version holds no key, or the current one: Secrets Manager is testing the function. */
  | 'nothing_to_test';

/** A rotation that holds the lease. */
export interface HeldRotation extends Rotation {
  readonly records: OwnedRecords;
}

/** How long a step waits for a deployment or another step to end. */
const LEASE_TIMEOUT_MS = 150_000;

/**
 * Runs a part of a step while holding the lease, so that nobody else changes the resource server.
 *
 * @param work may run more than once
 * @throws LeaseHeld, and what `work` throws
 */
export function holdingLease<Result>(
  rotation: Rotation,
  options: { readonly purpose: string; readonly takeOver?: boolean },
  work: (rotation: HeldRotation, held: Held) => Promise<Result>,
): Promise<Result> {
  return exclusively(rotation, { ...options, timeoutMs: LEASE_TIMEOUT_MS }, (held) => {
    // One connection for all of the work, since each has a deadline of its own.
    let connection: ReturnType<Rotation['connect']> | undefined;
    const connect = () => {
      connection ??= rotation.connect();
      return connection;
    };
    return work({ ...rotation, connect, records: held.records }, held);
  });
}
