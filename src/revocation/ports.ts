/** The ports through which a revocation reaches AWS. `src/aws/` implements them. */
import type { RevocationKind } from '../shared-state/revocation-mark.ts';
import type { FlushState } from './flush-schedule.ts';

/** Writes to the table of marks. */
export interface MarkWriter {
  /**
   * Raises the time of one kind of mark. A later time that is there already stays.
   *
   * @param timeMs epoch milliseconds
   * @param expiresAt epoch seconds; a later expiry that is there already stays
   */
  grow(id: string, kind: RevocationKind, timeMs: number, expiresAt: number): Promise<void>;
}

/** The item through which all instances of the function agree about flushes. */
export interface FlushStore {
  read(): Promise<FlushState>;
  /**
   * Claims the next flush for this instance, unless a flush was claimed less than the smallest interval ago. Counts it as an attempt.
   *
   * @returns whether this instance may flush
   */
  claim(nowMs: number): Promise<boolean>;
  /** Records that all caches were flushed at this time or later, and that no attempt has failed since. */
  recordFlush(startedMs: number): Promise<void>;
  /** Records that the queue holds the message of a flush that is due at this time. */
  recordPending(dueMs: number): Promise<void>;
}

/** Sends a message to the function's own queue, to be delivered after a delay. */
export type SendLater = (body: string, delaySeconds: number) => Promise<void>;

/** A stage whose cache of the authorizer's responses is flushed. */
export type FlushedStage = FlushedRestStage | FlushedHttpStage;

/** A stage of a REST API. */
export interface FlushedRestStage {
  /** The ID of the REST API. */
  readonly restApiId: string;
  /** The name of the stage, such as `prod`. */
  readonly stageName: string;
}

/** A stage of an HTTP API. */
export interface FlushedHttpStage {
  /** The ID of the HTTP API. */
  readonly httpApiId: string;
  /** The name of the stage, such as `$default`. */
  readonly stageName: string;
}

/** Flushes the caches of all stages. Rejects if one of them could not be flushed. */
export type FlushCaches = () => Promise<void>;
