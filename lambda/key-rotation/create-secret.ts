/** First step: there is a pending version with a new key in it, and its public half is published. */
import { withPending } from '../../src/core/public-key-changes.ts';
import type { PrivateSigningJwk } from '../../src/core/signing-key.ts';
import { assertPending, currentKey, hasStage, keepPending, keyIn, unusable, versionsWith } from './key-versions.ts';
import { publishKeys } from './publish-keys.ts';
import type { Rotation, StepOutcome } from './rotation.ts';

/**
 * Makes the new key, in this step and never again: a repeated step finds the one that it made.
 *
 * @param versionId the rotation's token, which names the version
 * @throws RotationError `version_withdrawn` for a version that was pending once: its key is not used again
 */
export async function createSecret(rotation: Rotation, versionId: string): Promise<StepOutcome> {
  const { secret, clock } = rotation;
  if (await hasStage(secret, versionId, 'AWSCURRENT')) return 'already_current';
  const current = await currentKey(secret);
  if ((await secret.read(versionId)) !== undefined) {
    await assertPending(secret, versionId);
  } else {
    const key = (await leftBehind(rotation, current)) ?? (await rotation.generate());
    await secret.add(versionId, JSON.stringify(key));
  }
  await keepPending(secret, versionId);
  const pending = await keyIn(secret, versionId);
  if (!pending || pending.kid === current.kid) throw unusable();
  await publishKeys(rotation, (keys) => withPending(keys, [current, pending], clock()));
  return 'done';
}

/**
 * The key of a rotation that died half way. It is taken over, since the tenant may know that one and no other: were it
 * replaced, callers would be refused until the tenant knows the next.
 */
async function leftBehind({ secret }: Rotation, current: PrivateSigningJwk): Promise<PrivateSigningJwk | undefined> {
  for (const versionId of await versionsWith(secret, 'AWSPENDING')) {
    const key = await keyIn(secret, versionId);
    if (key && key.kid !== current.kid) return key;
  }
  return undefined;
}
