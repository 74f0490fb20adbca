/** Why the signing key cannot be changed at the moment. Each code calls for one action. */
import { CodedError } from '../../src/core/errors.ts';

export type RotationErrorCode =
  /** The function does not know the event, or it is about another secret. */
  | 'event_unknown'
  /** The version was withdrawn, or another change has taken its place. */
  | 'version_withdrawn'
  /** The version was written before, and holds no new key. */
  | 'version_unusable'
  /** The tenant is not set up for this key. */
  | 'tenant_not_set_up'
  /** The tenant did not accept an assertion signed with the new key; the old key is restored. */
  | 'key_refused'
  /** The same, and the old key could not be restored. */
  | 'key_not_restored';

/** Thrown when a step of a rotation cannot be done. Contains no key and no part of the event. */
export class RotationError extends CodedError<RotationErrorCode> {}
