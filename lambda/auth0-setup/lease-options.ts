/** How long the set-up of a resource server waits for a rotation or another deployment. */
import type { Work } from '../../src/custom-resource/resource.ts';
import type { LeaseOptions } from '../../src/setup/lease.ts';

/** The share of the time that may be spent on waiting for a rotation to end. */
const WAITING_SHARE = 1 / 2;

export function leaseOptions({ requestId, timeoutMs }: Work): LeaseOptions {
  return { purpose: `deployment ${requestId}`, timeoutMs: timeoutMs * WAITING_SHARE };
}
