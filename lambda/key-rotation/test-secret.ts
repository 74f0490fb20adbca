/** Third step: the new key is proved before it signs for anybody. If the tenant does not take it, all is put back. */
import { CodedError, UpstreamError } from '../../src/core/errors.ts';
import { withoutPending } from '../../src/core/public-key-changes.ts';
import type { PrivateSigningJwk } from '../../src/core/signing-key.ts';
import { deliverKeys } from './deliver-keys.ts';
import { RotationError } from './errors.ts';
import { assertPending, currentKey, hasStage, keyIn } from './key-versions.ts';
import { publishKeys } from './publish-keys.ts';
import type { Rotation, StepOutcome } from './rotation.ts';

/** A tenant needs its time to tell all of its servers, and may be down for a moment. */
const WAITS_MS = [500, 1000, 2000, 5000, 10_000, 20_000];

/**
 * Tests the new key, patiently. Passes on a trial version, which Secrets Manager makes when rotation is turned on: it holds
 * the current key, or none, and there is nothing that could be put back.
 *
 * @throws RotationError `key_refused`, `key_not_put_back` or `version_withdrawn`
 */
export async function testSecret(rotation: Rotation, versionId: string): Promise<StepOutcome> {
  const { secret } = rotation;
  if (await hasStage(secret, versionId, 'AWSCURRENT')) return 'already_current';
  await assertPending(secret, versionId);
  const [pending, current] = [await keyIn(secret, versionId), await currentKey(secret)];
  if (!pending || pending.kid === current.kid) return 'nothing_to_test';
  const failure = await tryToProve(rotation, pending);
  if (!failure) return 'done';
  await putBack(rotation, versionId, { current, failure });
  throw new RotationError(
    'key_refused',
    `The tenant did not take the new signing key: ${failure.code}. ${failure.message} The old key is in its place again, and signs; start the rotation anew when this is mended.`,
  );
}

async function tryToProve({ prove, sleep }: Rotation, key: PrivateSigningJwk): Promise<CodedError<string> | undefined> {
  for (const waitMs of [...WAITS_MS, undefined]) {
    try {
      await prove(key);
      return undefined;
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      if (waitMs === undefined || !(error instanceof UpstreamError)) return error;
      await sleep(waitMs);
    }
  }
  return undefined;
}

/** The label goes last: as long as the tenant may know the new key only, the authorizer must find it. */
async function putBack(
  rotation: Rotation,
  versionId: string,
  { current, failure }: { readonly current: PrivateSigningJwk; readonly failure: CodedError<string> },
): Promise<void> {
  try {
    await deliverKeys(rotation, [current]);
    await publishKeys(rotation, (keys) => withoutPending(keys, current, rotation.clock()));
    await rotation.secret.move('AWSPENDING', { from: versionId });
  } catch (error) {
    const reason = error instanceof Error ? error.message : '';
    throw new RotationError(
      'key_not_put_back',
      `The tenant did not take the new signing key (${failure.code}), and the old one could not be put back: ${reason} The new one stays pending, where the authorizer finds it; the next rotation takes it over.`,
    );
  }
}
