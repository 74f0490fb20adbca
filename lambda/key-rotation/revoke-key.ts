/**
 * In an emergency, at once: a new key, and the old ones gone from the tenant, the JWKS and every label of the secret.
 * Run again after a failure it makes yet another key, since the one before may have been seen, too.
 */
import { randomUUID } from 'node:crypto';
import { UpstreamError } from '../../src/core/errors.ts';
import { deliverKeys } from './deliver-keys.ts';
import { keepPending, makeCurrent } from './key-versions.ts';
import { publishKeys } from './publish-keys.ts';
import type { Rotation } from './rotation.ts';

/** What is told to whoever revoked. Public. */
export interface Revocation {
  /** The key that signs from now on. */
  readonly kid: string;
  /** Whether the tenant takes it by now; by URL that may last until its copy of the JWKS is too old. */
  readonly introspection: 'accepted' | UpstreamError['code'];
}

/**
 * Revokes all keys but a new one. The new one is pending before the tenant hears of it, so that the authorizer finds it.
 *
 * @param versionId names the new version
 * @throws RotationError, SetupError or AwsError; the old key may then be valid still, and it has to be run again
 */
export async function revokeKey(rotation: Rotation, versionId: string = randomUUID()): Promise<Revocation> {
  const { secret } = rotation;
  const key = await rotation.generate();
  await secret.add(versionId, JSON.stringify(key));
  await keepPending(secret, versionId);
  await publishKeys(rotation, () => [key]);
  await deliverKeys(rotation, [key]);
  await makeCurrent(secret, versionId);
  await unlabelOthers(rotation, versionId);
  return { kid: key.kid, introspection: await provedAs(rotation, key) };
}

/** A version without a label is on its way out, and no reader by label finds it. */
async function unlabelOthers({ secret }: Rotation, versionId: string): Promise<void> {
  for (const [other, stages] of await secret.stages()) {
    if (other === versionId) continue;
    for (const stage of stages.filter((name) => name !== 'AWSCURRENT')) await secret.move(stage, { from: other });
  }
}

/** Of no consequence for what has been done: the old key is gone either way. */
async function provedAs({ prove }: Rotation, key: Parameters<Rotation['prove']>[0]) {
  try {
    await prove(key);
    return 'accepted';
  } catch (error) {
    if (error instanceof UpstreamError) return error.code;
    throw error;
  }
}
