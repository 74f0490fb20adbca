/** Second step: delivers the new key to the tenant. The old one is still current. */
import { isByUrl } from '../../src/core/key-delivery.ts';
import { followLabels } from './follow-labels.ts';
import { assertPending, hasStage, keyIn, unusable, withdrawn } from './key-versions.ts';
import { type HeldRotation, holdingLease, type Rotation, type StepOutcome } from './rotation.ts';

/** The time until a new key is served: the JWKS function reads the document at most once a second. */
const PUBLICATION_MS = 2000;

/**
 * Delivers the new key. A list holds both keys. A single slot is switched at once: when the authorizer is refused with
 * the old key, it finds the pending one. By URL, this waits until no copy of the JWKS is older than the new key.
 *
 * @throws RotationError `version_withdrawn`, `version_unusable` or `tenant_not_set_up`
 */
export async function setSecret(rotation: Rotation, versionId: string): Promise<StepOutcome> {
  const { secret, settings, sleep } = rotation;
  if (await hasStage(secret, versionId, 'AWSCURRENT')) return 'already_current';
  await holdingLease(rotation, { purpose: `rotation ${versionId}` }, (held) => deliverPending(held, versionId));
  if (isByUrl(settings.keyDelivery)) await sleep(settings.jwksCacheSeconds * 1000 + PUBLICATION_MS);
  return 'done';
}

/**
 * Delivers the key of a pending version beside the current one.
 *
 * @throws RotationError `version_withdrawn` or `version_unusable`; the tenant then has what the labels say
 */
export async function deliverPending(held: HeldRotation, versionId: string) {
  await assertPending(held.secret, versionId);
  const key = await keyIn(held.secret, versionId);
  const labelled = await followLabels(held);
  await assertPending(held.secret, versionId);
  if (key && labelled.pending?.kid === key.kid) return labelled;
  throw key && labelled.revoked.includes(key.kid) ? withdrawn() : unusable();
}
