/** What setting up or tearing down came to. */
import type { SetupError } from '../management/errors.ts';

export interface SetupOutcome {
  /** Whether the tenant was written to. */
  readonly changed: boolean;
  /** What should be looked at, though it did not stop the work. */
  readonly warnings: readonly SetupError[];
}
