/** Second step: the tenant knows the new key. The old one signs still. */
import { deliverKeys, isByUrl } from './deliver-keys.ts';
import { hasStage, pendingKeys } from './key-versions.ts';
import type { Rotation, StepOutcome } from './rotation.ts';

/** For the function that serves the JWKS, which looks at the document no more often than once a second. */
const PUBLICATION_MS = 2000;

/**
 * Tells the tenant. In a list both keys stand side by side. A single slot is switched at once: the authorizer, refused with
 * the old key, finds the new one pending. By URL, this waits until nobody's copy of the JWKS is older than the new key.
 *
 * @throws RotationError `version_withdrawn`, `version_unusable` or `tenant_not_set_up`
 */
export async function setSecret(rotation: Rotation, versionId: string): Promise<StepOutcome> {
  const { secret, settings, sleep } = rotation;
  if (await hasStage(secret, versionId, 'AWSCURRENT')) return 'already_current';
  const { pending, current } = await pendingKeys(secret, versionId);
  await deliverKeys(rotation, [pending, current]);
  if (isByUrl(settings)) await sleep(settings.jwksCacheSeconds * 1000 + PUBLICATION_MS);
  return 'done';
}
