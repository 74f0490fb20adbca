/** The errors that API Gateway turns into a 401 or a 5xx. */
import type { Decision } from '../../src/authorizer/decision.ts';

/**
 * Makes the error for a decision that a policy cannot express.
 *
 * @returns exactly `Unauthorized`, which becomes a 401, or an error with the reason code, which becomes a 5xx
 */
export function refusal({ outcome, reason }: Extract<Decision, { outcome: 'unauthenticated' | 'unavailable' }>): Error {
  return new Error(outcome === 'unauthenticated' ? 'Unauthorized' : reason);
}
