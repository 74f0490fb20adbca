/** Third step: proves the new key before anything depends on it. If the tenant does not accept it, restores the old one. */
import { CodedError, IssuerError } from '../../src/core/errors.ts';
import type { PrivateSigningJwk } from '../../src/signing-key/signing-key.ts';
import { RotationError } from './errors.ts';
import { followLabels, withdrawPending } from './follow-labels.ts';
import { assertPending, hasStage, keyIn, labelledKeys, removeLabel } from './key-versions.ts';
import { ProofError } from './prove-key.ts';
import { type HeldRotation, holdingLease, type Rotation, type StepOutcome } from './rotation.ts';

/** A tenant needs time to update all of its servers, and may be down for a moment. */
const WAITS_MS = [500, 1000, 2000, 5000, 10_000, 20_000];

/**
 * Tests the new key, and tries again for a while. Accepts a trial version, which Secrets Manager makes when rotation is
 * turned on. It holds the current key or none, so there is nothing to test or restore.
 *
 * @throws ProofError if the tenant cannot prove any key; the old one is then restored
 * @throws RotationError `key_refused`, `key_not_restored` or `version_withdrawn`
 */
export async function testSecret(rotation: Rotation, versionId: string): Promise<StepOutcome> {
  const { secret } = rotation;
  if (await hasStage(secret, versionId, 'AWSCURRENT')) return 'already_current';
  await assertPending(secret, versionId);
  const [pending, { current }] = [await keyIn(secret, versionId), await labelledKeys(rotation)];
  if (!pending || pending.kid === current?.kid) return 'nothing_to_test';
  const failure = await tryToProve(rotation, pending);
  if (!failure) return 'done';
  await holdingLease(rotation, { purpose: `rotation ${versionId}` }, (held) => restoreOldKey(held, versionId, failure));
  if (failure instanceof ProofError) throw failure;
  throw new RotationError(
    'key_refused',
    `The tenant did not accept the new signing key: ${failure.code}. ${failure.message} The old key is still current and was delivered to the tenant again. Fix what the message names, then start a new rotation.`,
  );
}

async function tryToProve({ prove, sleep }: Rotation, key: PrivateSigningJwk): Promise<CodedError<string> | undefined> {
  for (const waitMs of [...WAITS_MS, undefined]) {
    try {
      await prove(key);
      return undefined;
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      if (waitMs === undefined || !(error instanceof IssuerError)) return error;
      await sleep(waitMs);
    }
  }
  return undefined;
}

/** Removes the label last: as long as the tenant may know only the new key, the authorizer must find it. */
async function restoreOldKey(held: HeldRotation, versionId: string, failure: CodedError<string>): Promise<void> {
  await assertPendingOrFollow(held, versionId);
  try {
    await withdrawPending(held);
    await removeLabel(held.secret, 'AWSPENDING', versionId);
    await followLabels(held);
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    throw new RotationError(
      'key_not_restored',
      `The tenant did not accept the new signing key (${failure.code}), and the old one could not be restored: ${error.message} The new key stays pending, where the authorizer finds it; the next rotation takes it over.`,
    );
  }
}

/** Proving takes up to a minute, in which a revocation may have withdrawn the version. */
async function assertPendingOrFollow(held: HeldRotation, versionId: string): Promise<void> {
  if (!(await hasStage(held.secret, versionId, 'AWSPENDING'))) await followLabels(held);
  await assertPending(held.secret, versionId);
}
