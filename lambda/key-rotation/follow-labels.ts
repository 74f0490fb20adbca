/**
 * Publishes and delivers the keys that the labels of the secret name. Every step reads the labels again afterwards, and
 * starts again if they have changed.
 */
import { STATE_NAMES } from '../../src/core/state-store.ts';
import { publishedFor } from '../../src/signing-key/public-key-changes.ts';
import { NO_PUBLIC_KEYS, parsePublicKeys, writePublicKeys } from '../../src/signing-key/public-key-document.ts';
import type { PrivateSigningJwk } from '../../src/signing-key/signing-key.ts';
import { deliverKeys } from './deliver-keys.ts';
import { type LabelledKeys, labelledKeys, noKeyLeft } from './key-versions.ts';
import type { HeldRotation, Rotation } from './rotation.ts';

type Keys = readonly [PrivateSigningJwk, ...PrivateSigningJwk[]];

/** An assertion is valid for a minute, so one that was signed before the keys changed may still be on its way. */
const ASSERTION_SECONDS = 60;

/**
 * Publishes and delivers the keys that the labels name, until the labels no longer change.
 *
 * @returns the keys as they were published and delivered
 * @throws ConfigurationError `signing_key_invalid`; RotationError `tenant_not_set_up`; SetupError and AwsError
 */
export function followLabels(rotation: HeldRotation): Promise<LabelledKeys> {
  return untilUnchanged(rotation, async () => {
    const labelled = await publish(rotation, keysByAge);
    // A single slot holds only the first: the pending key, which the authorizer finds when the current one is refused.
    await deliverKeys(rotation, nextFirst(labelled));
    return labelled;
  });
}

/** Publishes the keys that the labels name, until the labels no longer change. Leaves the tenant as it is. */
export function publishByLabels(rotation: Rotation): Promise<LabelledKeys> {
  return untilUnchanged(rotation, () => publish(rotation, keysByAge));
}

/** Publishes and delivers the current key only, while another is still pending. */
export async function withdrawPending(rotation: HeldRotation): Promise<LabelledKeys> {
  const labelled = await publish(rotation, currentOnly);
  await deliverKeys(rotation, currentOnly(labelled));
  return labelled;
}

async function untilUnchanged(rotation: Rotation, act: () => Promise<LabelledKeys>): Promise<LabelledKeys> {
  for (;;) {
    const labelled = await act();
    if ((await labelledKeys(rotation)).fingerprint === labelled.fingerprint) return labelled;
  }
}

/**
 * Publishes keys. The document is read before the labels, and written only if nobody has written it since, so that keys
 * that were read before a revocation cannot be published after it.
 */
async function publish(rotation: Rotation, choose: (labelled: LabelledKeys) => Keys): Promise<LabelledKeys> {
  const { state, settings, clock } = rotation;
  for (;;) {
    const item = await state.read(STATE_NAMES.publicKeys);
    const labelled = await labelledKeys(rotation);
    const nowMs = clock();
    const retireAt = Math.ceil(nowMs / 1000) + settings.jwksCacheSeconds + ASSERTION_SECONDS;
    const before = parsePublicKeys(item?.value ?? NO_PUBLIC_KEYS);
    const text = writePublicKeys(publishedFor(before, { ...labelled, inUse: choose(labelled), retireAt, nowMs }));
    if (text === item?.value || (await state.write(STATE_NAMES.publicKeys, text, item?.revision))) return labelled;
  }
}

function keysByAge({ current, pending }: Pick<LabelledKeys, 'current' | 'pending'>): Keys {
  if (current) return pending ? [current, pending] : [current];
  if (pending) return [pending];
  throw noKeyLeft();
}

function nextFirst({ current, pending }: LabelledKeys): Keys {
  return current && pending ? [pending, current] : keysByAge({ current, pending });
}

function currentOnly({ current }: LabelledKeys): Keys {
  if (current) return [current];
  throw noKeyLeft();
}
