/** One structured line for each decision: why, never who with what secret. */
import type { AuthorizationRequest } from '../../src/core/authorizer.ts';
import type { Decision } from '../../src/core/decision.ts';

/** Writes a decision's line. */
export type DecisionLog = (request: AuthorizationRequest, decision: Decision, durationMs: number) => void;

/** @param write takes one line without its end */
export function createDecisionLog(write: (line: string) => void): DecisionLog {
  return ({ method, resourcePath }, decision, durationMs) => {
    write(
      JSON.stringify({
        event: 'authorization_decision',
        outcome: decision.outcome,
        reason: 'reason' in decision ? decision.reason : 'allowed',
        ...('message' in decision ? { message: decision.message } : {}),
        method,
        resourcePath,
        ...('cacheHit' in decision ? { cacheHit: decision.cacheHit } : {}),
        durationMs: Math.round(durationMs),
      }),
    );
  };
}
