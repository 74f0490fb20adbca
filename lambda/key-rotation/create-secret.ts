/** First step: creates a pending version with a new key, and publishes its public half. */

import { revokedKeys } from '../../src/signing-key/revoked-keys.ts';
import type { RotationError } from './errors.ts';
import { publishByLabels } from './follow-labels.ts';
import {
  assertPending,
  hasStage,
  keepOnlyPending,
  keyIn,
  labelledKeys,
  removeLabel,
  unusable,
  withdrawn,
} from './key-versions.ts';
import { holdingLease, type Rotation, type StepOutcome } from './rotation.ts';

/**
 * Makes the new key. A repeated step finds the key that it made before.
 *
 * @param versionId the rotation's token, which names the version
 * @throws RotationError `version_withdrawn` for a version that is no longer pending: its key is not used again
 */
export async function createSecret(rotation: Rotation, versionId: string): Promise<StepOutcome> {
  if (await hasStage(rotation.secret, versionId, 'AWSCURRENT')) return 'already_current';
  return holdingLease<StepOutcome>(rotation, { purpose: `rotation ${versionId}` }, async (held) => {
    const { secret } = held;
    await fill(held, versionId);
    await keepOnlyPending(secret, versionId);
    const key = await keyIn(secret, versionId);
    if (key && (await revokedKeys(held.state)).includes(key.kid))
      throw await withdrawVersion(held, versionId, withdrawn());
    const { pending } = await publishByLabels(held);
    await assertPending(secret, versionId);
    // The key may come from a revocation, which may have made it current in the meantime.
    if (!key || pending?.kid !== key.kid) throw await withdrawVersion(held, versionId, unusable());
    return 'done';
  });
}

/** Removes the pending label. A pending version that cannot become current would block every later rotation. */
async function withdrawVersion({ secret }: Rotation, versionId: string, error: RotationError): Promise<RotationError> {
  await removeLabel(secret, 'AWSPENDING', versionId);
  return error;
}

/**
 * Writes the version. Reuses a pending key that a failed rotation left behind, because the tenant may know only that
 * one: with another key, callers would be refused until the tenant knows it.
 */
async function fill(rotation: Rotation, versionId: string): Promise<void> {
  const { secret } = rotation;
  if ((await secret.read(versionId)) !== undefined) return assertPending(secret, versionId);
  const { pending } = await labelledKeys(rotation);
  await secret.add(versionId, JSON.stringify(pending ?? (await rotation.generate())));
}
