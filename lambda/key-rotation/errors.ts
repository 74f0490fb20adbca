/** Why the signing key cannot be changed at the moment; each code is one thing for somebody to do. */
import { CodedError } from '../../src/core/errors.ts';

export type RotationErrorCode =
  /** The event is none that this function knows, or is about another secret. */
  | 'event_unknown'
  /** The version was withdrawn, or another change has taken its place. */
  | 'version_withdrawn'
  /** The version was written before, and holds no new key. */
  | 'version_unusable'
  /** The tenant is not set up for this key, or not any more. */
  | 'tenant_not_set_up'
  /** The tenant did not take an assertion signed with the new key; the old one is in its place again. */
  | 'key_refused'
  /** The same, and the old one could not be put back. */
  | 'key_not_put_back';

/** Thrown when a step of a rotation cannot be done. Holds no key and nothing of the event. */
export class RotationError extends CodedError<RotationErrorCode> {}
