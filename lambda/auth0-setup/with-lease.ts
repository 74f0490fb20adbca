/** Work on a resource server, which waits for a rotation or another deployment: they would otherwise overwrite each other's changes. */
import type { Work } from '../../src/custom-resource/resource.ts';
import { exclusively, type LeaseOptions } from '../../src/setup/lease.ts';
import type { OwnedRecords } from '../../src/setup/record-store.ts';
import type { SetupPorts } from './ports.ts';

type LeasePorts = Pick<SetupPorts, 'state' | 'clock' | 'sleep' | 'uniqueId'>;

/** The work that only one may do at a time. */
export interface Held {
  /** Where the records are. */
  readonly records: OwnedRecords;
  /** Returns how much time is left. */
  readonly leftMs: () => number;
}

/** The share of the time that may be spent on waiting for a rotation to end. */
const WAITING_SHARE = 1 / 2;

/** Does the work while it holds the lease. */
export function withLease<Result>(
  ports: LeasePorts,
  { requestId, timeoutMs }: Work,
  work: (held: Held) => Promise<Result>,
): Promise<Result> {
  const endMs = ports.clock() + timeoutMs;
  const options: LeaseOptions = { purpose: `deployment ${requestId}`, timeoutMs: timeoutMs * WAITING_SHARE };
  return exclusively(ports, options, ({ records }) => work({ records, leftMs: () => endMs - ports.clock() }));
}
