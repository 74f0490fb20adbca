/** What is thrown at API Gateway where it takes no answer. */
import type { Decision } from '../../src/authorizer/decision.ts';

/**
 * The error for a decision that cannot be said by a policy.
 *
 * @returns exactly `Unauthorized`, which becomes a 401, or an error named by its reason code, which becomes a 5xx
 */
export function refusal({ outcome, reason }: Extract<Decision, { outcome: 'unauthenticated' | 'unavailable' }>): Error {
  return new Error(outcome === 'unauthenticated' ? 'Unauthorized' : reason);
}
