/** Last step: makes the new key current, and removes the old one. Nothing runs after it. */
import { followLabels } from './follow-labels.ts';
import { hasStage, keyIn, promote, versionsWith, withdrawn } from './key-versions.ts';
import { type HeldRotation, holdingLease, type Rotation, type StepOutcome } from './rotation.ts';
import { deliverPending } from './set-secret.ts';

/**
 * Makes the new version current and removes the old key from the tenant. The JWKS serves the old key for as long as a
 * server may cache the JWKS, and then drops it by itself. An authorizer that still signs with it is
 * refused once, reads the secret again and goes on with the new one.
 *
 * @throws RotationError `version_withdrawn`, `version_unusable` or `tenant_not_set_up`
 */
export async function finishSecret(rotation: Rotation, versionId: string): Promise<StepOutcome> {
  return holdingLease(rotation, { purpose: `rotation ${versionId}` }, async (held) => {
    if (await hasStage(held.secret, versionId, 'AWSCURRENT')) return finishAgain(held, versionId);
    // Deliver it again, because a deployment may have delivered the old key in the meantime.
    const { currentVersionId } = await deliverPending(held, versionId);
    const isPromoted = await promote(held.secret, versionId, currentVersionId);
    await followUp(held, versionId);
    if (!isPromoted) throw withdrawn();
    return 'done';
  });
}

/**
 * Completes a step that crashed after the promotion. If a later rotation is under way there is nothing to do: it
 * follows the labels itself.
 */
async function finishAgain(held: HeldRotation, versionId: string): Promise<StepOutcome> {
  const pending = await versionsWith(held.secret, 'AWSPENDING');
  if (pending.some((id) => id !== versionId)) return 'already_current';
  await followUp(held, versionId);
  return 'done';
}

/** If a revocation came in between, its key is current, and this step fails. */
async function followUp(held: HeldRotation, versionId: string): Promise<void> {
  const { current } = await followLabels(held);
  const key = await keyIn(held.secret, versionId);
  if (current?.kid !== key?.kid) throw withdrawn();
}
