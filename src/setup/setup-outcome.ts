/** The outcome of a set-up or a tear-down. */
import type { SetupError } from '../management/errors.ts';

export interface SetupOutcome {
  /** Whether the tenant was written to. */
  readonly changed: boolean;
  /** What needs attention, although it did not stop the work. */
  readonly warnings: readonly SetupError[];
}
