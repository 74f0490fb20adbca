/**
 * The signing keys in the versions of their secret. AWSCURRENT signs, AWSPENDING is about to. The new version keeps
 * AWSPENDING after it has become current: whoever reads both labels, in whichever order, finds it at every moment.
 */
import type { SecretVersions, Stage } from '../../src/aws/secret-versions.ts';
import { ConfigurationError } from '../../src/core/errors.ts';
import { type PrivateSigningJwk, parseSigningJwk } from '../../src/core/signing-key.ts';
import { RotationError } from './errors.ts';

/** Says whether a version has a label. */
export async function hasStage(secret: SecretVersions, versionId: string, stage: Stage): Promise<boolean> {
  return (await secret.stages()).get(versionId)?.includes(stage) ?? false;
}

/** The versions with a label; there may be more than one AWSPENDING for a moment. */
export async function versionsWith(secret: SecretVersions, stage: Stage): Promise<readonly string[]> {
  return [...(await secret.stages())].filter(([, stages]) => stages.includes(stage)).map(([id]) => id);
}

/** The key in a version; `undefined` if it holds none, such as one that Secrets Manager has made and nobody filled yet. */
export async function keyIn(secret: SecretVersions, versionId: string): Promise<PrivateSigningJwk | undefined> {
  const text = await secret.read(versionId);
  try {
    return text === undefined ? undefined : parseSigningJwk(text);
  } catch {
    return undefined;
  }
}

/** @throws ConfigurationError `signing_key_invalid` if the current version holds no signing key */
export async function currentKey(secret: SecretVersions): Promise<PrivateSigningJwk> {
  const [versionId] = await versionsWith(secret, 'AWSCURRENT');
  const key = versionId === undefined ? undefined : await keyIn(secret, versionId);
  if (key) return key;
  throw new ConfigurationError(
    'signing_key_invalid',
    'The secret of the signing key has no current version with a key in it. Deploy the stack with the signing key, or revoke the key to have a new one made.',
  );
}

/**
 * The key that is about to sign, and the one that does.
 *
 * @throws RotationError `version_withdrawn` or `version_unusable`
 */
export async function pendingKeys(secret: SecretVersions, versionId: string) {
  await assertPending(secret, versionId);
  const [pending, current] = [await keyIn(secret, versionId), await currentKey(secret)];
  if (!pending || pending.kid === current.kid) throw unusable();
  return { pending, current };
}

/** @throws RotationError `version_withdrawn` */
export async function assertPending(secret: SecretVersions, versionId: string): Promise<void> {
  if (!(await hasStage(secret, versionId, 'AWSPENDING'))) throw withdrawn();
}

/** Leaves a version as the only one that is pending. Secrets Manager has seen to that itself, as a rule. */
export async function keepPending(secret: SecretVersions, versionId: string): Promise<void> {
  for (const other of await versionsWith(secret, 'AWSPENDING')) {
    if (other !== versionId) await secret.move('AWSPENDING', { from: other });
  }
}

/** Makes a version the current one; the one before becomes AWSPREVIOUS. */
export async function makeCurrent(secret: SecretVersions, versionId: string): Promise<void> {
  const [from] = await versionsWith(secret, 'AWSCURRENT');
  if (from !== versionId) await secret.move('AWSCURRENT', { to: versionId, ...(from !== undefined && { from }) });
}

export function unusable(): RotationError {
  return new RotationError(
    'version_unusable',
    'The version that is to become current holds no new signing key, and a version cannot be written twice. Expected one without a value; start the rotation anew.',
  );
}

export function withdrawn(): RotationError {
  return new RotationError(
    'version_withdrawn',
    'The version is not pending: its rotation failed, or another rotation or a revocation has taken its place. Nothing was changed; start a rotation anew if one is wanted.',
  );
}
