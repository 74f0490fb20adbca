/**
 * Replaces the key at once in an emergency: makes a new key, and removes the old ones from the tenant, the JWKS and
 * every label of the secret. It waits for no other operation. A second run, after a failure, makes another new key,
 * because the last one may have leaked too.
 */
import { IssuerError } from '../../src/core/errors.ts';
import { STATE_NAMES } from '../../src/core/state-store.ts';
import { NO_PUBLIC_KEYS, parsePublicKeys } from '../../src/signing-key/public-key-document.ts';
import { addRevokedKeys, revokedKeys } from '../../src/signing-key/revoked-keys.ts';
import type { PrivateSigningJwk } from '../../src/signing-key/signing-key.ts';
import { RotationError } from './errors.ts';
import { followLabels } from './follow-labels.ts';
import { keyIn, promote, removeLabel, versionsWith } from './key-versions.ts';
import { ProofError } from './prove-key.ts';
import { type HeldRotation, holdingLease, type Rotation } from './rotation.ts';

/** The result that the operator sees. Public. */
export interface Revocation {
  /** The key that is current from now on. */
  readonly kid: string;
  /** Whether the tenant accepts it by now. With delivery by URL, that may take until its copy of the JWKS expires. */
  readonly introspection: 'accepted' | IssuerError['code'] | ProofError['code'];
}

/**
 * Replaces all keys by a new one. Records the old keys as revoked first, so that no operation that is under way can
 * restore one. Makes the new key pending before the tenant gets it, so that the authorizer finds it.
 *
 * @param versionId names the new version
 * @throws RotationError, SetupError or AwsError; the old key may then still be valid, and the revocation has to be run
 *   again
 */
export async function revokeKey(rotation: Rotation, versionId: string = rotation.uniqueId()): Promise<Revocation> {
  const key = await rotation.generate();
  await addRevokedKeys(rotation.state, await kidsInUse(rotation));
  const options = { purpose: `revocation ${versionId}`, takeOver: true };
  const displacedUntilMs = await holdingLease(rotation, options, async (held, { displacedUntilMs: untilMs }) => {
    await unlessRevoked(rotation, key, () => replaceKeys(held, versionId, key));
    return untilMs;
  });
  // A request of the earlier holder may still be on its way to the tenant, even if its function has died since.
  if (displacedUntilMs !== undefined) await rotation.sleep(Math.max(displacedUntilMs - rotation.clock(), 0));
  const { current = key } = await holdingLease(rotation, options, (held) =>
    unlessRevoked(rotation, key, () => followLabels(held)),
  );
  return { kid: current.kid, introspection: await introspectionResult(rotation, current) };
}

/**
 * Reports an error as `version_withdrawn` if another revocation has revoked this key too: until that one makes its own
 * key current, no usable key exists.
 */
async function unlessRevoked<Result>({ state }: Rotation, { kid }: PrivateSigningJwk, act: () => Promise<Result>) {
  try {
    return await act();
  } catch (error) {
    throw (await revokedKeys(state)).includes(kid) ? overtaken() : error;
  }
}

function overtaken(): RotationError {
  return new RotationError(
    'version_withdrawn',
    'Another revocation has revoked this new key as well and makes its own key current. When that one has ended, check that it succeeded; if not, revoke again.',
  );
}

/** The keys of all labelled versions and of the published document. */
async function kidsInUse({ secret, state }: Rotation): Promise<readonly string[]> {
  const published = parsePublicKeys((await state.read(STATE_NAMES.publicKeys))?.value ?? NO_PUBLIC_KEYS);
  const kids = published.map(({ kid }) => kid);
  for (const versionId of (await secret.stages()).keys()) {
    const key = await keyIn(secret, versionId);
    if (key) kids.push(key.kid);
  }
  return kids;
}

async function replaceKeys(held: HeldRotation, versionId: string, key: PrivateSigningJwk): Promise<void> {
  await held.secret.add(versionId, JSON.stringify(key));
  await unlabelRevoked(held);
  await followLabels(held);
  await makeCurrent(held, versionId, key);
  await unlabelRevoked(held);
  await followLabels(held);
}

/** Does nothing if another revocation has revoked this key too: that one makes its own key current. */
async function makeCurrent({ secret, state }: HeldRotation, versionId: string, { kid }: PrivateSigningJwk) {
  for (;;) {
    const [from] = await versionsWith(secret, 'AWSCURRENT');
    // After the label: if another revocation has promoted its key since, the promotion below fails.
    if ((await revokedKeys(state)).includes(kid)) return;
    if (from === versionId || (await promote(secret, versionId, from))) return;
  }
}

/**
 * Removes the labels of revoked versions: no reader finds a version without a label, and it will be deleted. AWSCURRENT
 * cannot be removed, only moved.
 */
async function unlabelRevoked({ secret, state }: HeldRotation): Promise<void> {
  const revoked = await revokedKeys(state);
  for (const [versionId, stages] of await secret.stages()) {
    const key = await keyIn(secret, versionId);
    if (key && !revoked.includes(key.kid)) continue;
    for (const stage of stages.filter((name) => name !== 'AWSCURRENT')) await removeLabel(secret, stage, versionId);
  }
}

/** Returns whether the tenant accepts the key. Only reported: the old key is gone either way. */
async function introspectionResult({ prove }: Rotation, key: PrivateSigningJwk): Promise<Revocation['introspection']> {
  try {
    await prove(key);
    return 'accepted';
  } catch (error) {
    if (error instanceof IssuerError || error instanceof ProofError) return error.code;
    throw error;
  }
}
