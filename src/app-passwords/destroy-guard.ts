/**
 * Keeps app specific passwords from losing their expiry. The tenant does not know it, so such a password would work for ever once the
 * deployment is gone.
 */
import { CodedError } from '../core/errors.ts';
import { safeFailure } from './audit.ts';
import { type Ended, type EndingPorts, endPasswords } from './end-passwords.ts';
import type { Expiry } from './ports.ts';

export interface GuardSettings {
  readonly audience: string;
  /** `refuse`: fail while there is an expiry that has not passed. `delete`: delete all these passwords at the tenant. */
  readonly onDestroy: 'refuse' | 'delete';
}

/** Thrown when the deployment must not be destroyed. */
export class DestroyError extends CodedError<'expiries_exist'> {}

/** How many passwords are counted, or deleted before the table is read again. */
const BATCH = 500;

/**
 * Deletes the passwords that have expired, and with `delete` all others that have an expiry.
 *
 * @param endMs epoch milliseconds by which it must have ended
 * @throws DestroyError if a password with an expiry would remain
 */
export async function prepareDestruction(ports: EndingPorts, settings: GuardSettings, endMs: number): Promise<void> {
  const { expiries, clock } = ports;
  const { audience, onDestroy } = settings;
  const end = async (list: readonly Expiry[], outcome: 'expired' | 'deleted') =>
    assertEnded(await endPasswords(ports, list, { audience, outcome, endMs, removesAtOnce: true }));
  await forAll(
    () => expiries.due(Math.floor(clock() / 1000), BATCH),
    (list) => end(list, 'expired'),
  );
  if (onDestroy === 'delete')
    return forAll(
      () => expiries.some(BATCH),
      (list) => end(list, 'deleted'),
    );
  const expiring = (await expiries.some(BATCH)).filter(({ expiresAt }) => expiresAt * 1000 > clock());
  if (expiring.length > 0) throw new DestroyError('expiries_exist', refusal(expiring));
}

/** An index may still show what was removed a moment ago. */
async function forAll(
  read: () => Promise<readonly Expiry[]>,
  end: (list: readonly Expiry[]) => Promise<void>,
): Promise<void> {
  const seen = new Set<string>();
  for (;;) {
    const found = (await read()).filter(({ id }) => !seen.has(id));
    if (found.length === 0) return;
    await end(found);
    for (const { id } of found) seen.add(id);
  }
}

function assertEnded({ ended, left, firstFailure }: Ended): void {
  if (left.length === 0) return;
  const why = firstFailure === undefined ? 'The time was over.' : safeFailure(firstFailure).reason;
  throw new DestroyError(
    'expiries_exist',
    `${passwords(left.length)} could not be deleted at the tenant, and ${ended} could. ${why} Destroy again to continue.`,
  );
}

function refusal(expiring: readonly Expiry[]): string {
  const isComplete = expiring.length < BATCH;
  const last = new Date(Math.max(...expiring.map(({ expiresAt }) => expiresAt)) * 1000).toISOString();
  const count = isComplete ? passwords(expiring.length) : `${BATCH} or more app specific passwords`;
  const until = isComplete ? `Wait until ${last}, when the last of them expires` : 'Wait until they expire';
  return `${count} would never expire without this deployment, because the tenant does not know their expiry. ${until}; or deploy with "appPasswordsOnDestroy": "delete" and destroy again, which deletes them at the tenant.`;
}

function passwords(count: number): string {
  return count === 1 ? '1 app specific password' : `${count} app specific passwords`;
}
