/** Why a message of the revocation queue cannot be handled. */
import { CodedError } from '../core/errors.ts';

export type RevocationErrorCode =
  /** The message is not one of the known forms, or it is about another issuer. It goes to the dead-letter queue. */
  | 'message_malformed'
  /** The caches of the gateway could not be flushed, and all attempts are used up. The message goes to the dead-letter queue. */
  | 'flush_failed';

/** Thrown while a message is handled. Holds nothing of the message. */
export class RevocationError extends CodedError<RevocationErrorCode> {}

export function malformed(what: string): RevocationError {
  return new RevocationError('message_malformed', what);
}
