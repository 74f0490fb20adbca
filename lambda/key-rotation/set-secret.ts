/** Second step: delivers the new key to the tenant. The old one is still current. */
import { isByUrl } from './deliver-keys.ts';
import { followLabels } from './follow-labels.ts';
import { assertPending, hasStage, keyIn, unusable, withdrawn } from './key-versions.ts';
import { type HeldRotation, holdingLease, type Rotation, type StepOutcome } from './rotation.ts';

/** For the function that serves the JWKS, which reads the document at most once a second. */
const PUBLICATION_MS = 2000;

/**
 * Delivers the new key. In a list both keys stand side by side. A single slot is switched at once: the authorizer, refused with
 * the old key, finds the new one pending. By URL, this waits until no copy of the JWKS is older than the new key.
 *
 * @throws RotationError `version_withdrawn`, `version_unusable` or `tenant_not_set_up`
 */
export async function setSecret(rotation: Rotation, versionId: string): Promise<StepOutcome> {
  const { secret, settings, sleep } = rotation;
  if (await hasStage(secret, versionId, 'AWSCURRENT')) return 'already_current';
  await holdingLease(rotation, { purpose: `rotation ${versionId}` }, (held) => deliverPending(held, versionId));
  if (isByUrl(settings)) await sleep(settings.jwksCacheSeconds * 1000 + PUBLICATION_MS);
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
