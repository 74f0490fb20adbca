/**
 * The signing keys in the versions of their secret. The AWSCURRENT version holds the current key, the AWSPENDING
 * version the next one. The new version keeps AWSPENDING after it has become current, so that a reader of both labels
 * finds it at every moment, in whichever order it reads them.
 */

import type { SecretVersions, Stage } from '../../src/aws/secret-versions.ts';
import { ConfigurationError } from '../../src/core/errors.ts';
import { revokedKeys } from '../../src/signing-key/revoked-keys.ts';
import { type PrivateSigningJwk, parseSigningJwk } from '../../src/signing-key/signing-key.ts';
import { RotationError } from './errors.ts';
import type { Rotation } from './rotation.ts';

/** What the labels say at one moment. */
export interface LabelledKeys {
  /** `undefined` if the current version holds no key, or one that was revoked. */
  readonly current: PrivateSigningJwk | undefined;
  /** `undefined` if no version is pending beside the current one, or none with a key that may be used. */
  readonly pending: PrivateSigningJwk | undefined;
  /** The id of the key that was current before, if its version still has a label. */
  readonly previousKid: string | undefined;
  readonly currentVersionId: string | undefined;
  /** The ids of revoked keys. */
  readonly revoked: readonly string[];
  /** Equal for two readings in which nothing has changed. */
  readonly fingerprint: string;
}

/** Reads the labels and the keys behind them. Revoked keys count as absent. */
export async function labelledKeys({ secret, state }: Pick<Rotation, 'secret' | 'state'>): Promise<LabelledKeys> {
  const stages = await secret.stages();
  // After the labels: a key that was revoked in between counts as revoked.
  const revoked = await revokedKeys(state);
  const idsWith = (stage: Stage) => [...stages].filter(([, all]) => all.includes(stage)).map(([id]) => id);
  const usable = async (versionId: string | undefined) => {
    const key = versionId === undefined ? undefined : await keyIn(secret, versionId);
    return key && !revoked.includes(key.kid) ? key : undefined;
  };
  const [currentVersionId] = idsWith('AWSCURRENT');
  const current = await usable(currentVersionId);
  const pending = await firstUsable(idsWith('AWSPENDING'), async (versionId) => {
    const key = await usable(versionId);
    return key?.kid === current?.kid ? undefined : key;
  });
  const previousKid = (await usable(idsWith('AWSPREVIOUS')[0]))?.kid;
  const fingerprint = JSON.stringify([[...stages].map(([id, all]) => [id, [...all].sort()]).sort(), revoked]);
  return { current, pending, previousKid, currentVersionId, revoked, fingerprint };
}

/** There may be more than one pending version for a moment. */
async function firstUsable(
  versionIds: readonly string[],
  read: (versionId: string) => Promise<PrivateSigningJwk | undefined>,
): Promise<PrivateSigningJwk | undefined> {
  for (const versionId of versionIds) {
    const key = await read(versionId);
    if (key) return key;
  }
  return undefined;
}

/** Returns whether a version has a label. */
export async function hasStage(secret: SecretVersions, versionId: string, stage: string): Promise<boolean> {
  return (await secret.stages()).get(versionId)?.includes(stage) ?? false;
}

/** The versions with a label; there may be more than one AWSPENDING for a moment. */
export async function versionsWith(secret: SecretVersions, stage: Stage): Promise<readonly string[]> {
  return [...(await secret.stages())].filter(([, stages]) => stages.includes(stage)).map(([id]) => id);
}

/**
 * Returns the key in a version; `undefined` if it holds none, such as a version that Secrets Manager has made and that
 * is still empty.
 */
export async function keyIn(secret: SecretVersions, versionId: string): Promise<PrivateSigningJwk | undefined> {
  const text = await secret.read(versionId);
  try {
    return text === undefined ? undefined : parseSigningJwk(text);
  } catch {
    return undefined;
  }
}

/** @throws RotationError `version_withdrawn` */
export async function assertPending(secret: SecretVersions, versionId: string): Promise<void> {
  if (!(await hasStage(secret, versionId, 'AWSPENDING'))) throw withdrawn();
}

/**
 * Makes a version the only pending one. Secrets Manager has usually done so itself.
 *
 * @throws RotationError `version_withdrawn` if it is no longer pending: by then another version may be pending
 */
export async function keepOnlyPending(secret: SecretVersions, versionId: string): Promise<void> {
  const pending = await versionsWith(secret, 'AWSPENDING');
  if (!pending.includes(versionId)) throw withdrawn();
  for (const other of pending.filter((id) => id !== versionId)) await removeLabel(secret, 'AWSPENDING', other);
}

/** Removes a label from a version. Accepts that somebody else has done so at the same moment. */
export async function removeLabel(secret: SecretVersions, stage: string, versionId: string): Promise<void> {
  try {
    await secret.move(stage, { from: versionId });
  } catch (error) {
    if (await hasStage(secret, versionId, stage)) throw error;
  }
}

/**
 * Moves AWSCURRENT to a version, if the version `from` still has it. Secrets Manager checks that, so a promotion cannot
 * undo a revocation that came first.
 *
 * @param from the current version as it was when the decision to promote was made
 * @returns whether the version is current now
 */
export async function promote(secret: SecretVersions, versionId: string, from: string | undefined): Promise<boolean> {
  try {
    await secret.move('AWSCURRENT', { to: versionId, ...(from !== undefined && { from }) });
    return true;
  } catch (error) {
    const [now] = await versionsWith(secret, 'AWSCURRENT');
    if (now === from) throw error;
    return now === versionId;
  }
}

/** There is neither a current nor a pending key that may be used. */
export function noKeyLeft(): ConfigurationError {
  return new ConfigurationError(
    'signing_key_invalid',
    'No version of the signing key secret holds a key that may be used: the key was revoked, or never made. If a revocation is under way, wait until it has ended. Otherwise revoke the key: that makes a new one.',
  );
}

export function unusable(): RotationError {
  return new RotationError(
    'version_unusable',
    'The version that is to become current holds no new signing key, and a version cannot be written twice. Expected one without a value; start a new rotation.',
  );
}

export function withdrawn(): RotationError {
  return new RotationError(
    'version_withdrawn',
    'The version is not pending: its rotation failed, or another rotation or a revocation has taken its place. The tenant has the keys that the secret holds now; start a new rotation if you need one.',
  );
}
