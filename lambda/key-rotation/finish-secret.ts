/** Last step, after which nothing runs: the new key signs, and the old one goes. */
import { withRetired } from '../../src/core/public-key-changes.ts';
import type { PublishedKey } from '../../src/core/public-key-document.ts';
import { deliverKeys } from './deliver-keys.ts';
import { hasStage, keyIn, makeCurrent, pendingKeys, unusable, versionsWith } from './key-versions.ts';
import { publishKeys } from './publish-keys.ts';
import type { Rotation, StepOutcome } from './rotation.ts';

/** What may be on its way when the keys change places: an assertion lives for a minute. */
const ASSERTION_SECONDS = 60;

/**
 * Makes the new version current, takes the old key off the tenant, and lets it end in the JWKS by itself: it is served for as
 * long as a server may keep the JWKS, and then no longer, though nobody comes back to remove it. An authorizer that still
 * signs with it is refused once, reads the secret again and goes on with the new one.
 *
 * @throws RotationError `version_withdrawn`, `version_unusable` or `tenant_not_set_up`
 */
export async function finishSecret(rotation: Rotation, versionId: string): Promise<StepOutcome> {
  const { secret } = rotation;
  if (await hasStage(secret, versionId, 'AWSCURRENT')) return finishAgain(rotation, versionId);
  const { pending, current } = await pendingKeys(secret, versionId);
  // Once more, since a deployment in between may have written the old one.
  await deliverKeys(rotation, [pending, current]);
  await makeCurrent(secret, versionId);
  await retireOthers(rotation, pending);
  return 'done';
}

/** After a crash the rest is done; in the rotation after this one there is no rest, and it has a pending key of its own. */
async function finishAgain(rotation: Rotation, versionId: string): Promise<StepOutcome> {
  const pending = await versionsWith(rotation.secret, 'AWSPENDING');
  if (pending.some((id) => id !== versionId)) return 'already_current';
  const key = await keyIn(rotation.secret, versionId);
  if (!key) throw unusable();
  await retireOthers(rotation, key);
  return 'done';
}

async function retireOthers(rotation: Rotation, key: PublishedKey): Promise<void> {
  const { clock, settings } = rotation;
  await deliverKeys(rotation, [key]);
  const nowMs = clock();
  const exp = Math.ceil(nowMs / 1000) + settings.jwksCacheSeconds + ASSERTION_SECONDS;
  await publishKeys(rotation, (keys) => withRetired(keys, key, { exp, nowMs }));
}
