/** Checks how long API Gateway may cache decisions: not at all with `uncachedScopes`. */
import { seconds } from './fields.ts';

/** API Gateway allows an hour at most. */
export const gatewayTtlSeconds = seconds(3600);

/**
 * Checks the gateway's time to live.
 *
 * @returns the fault, for a message; `undefined` if there is none
 */
export function gatewayTtlFault(uncachedScopes: readonly string[], ttlSeconds: number): string | undefined {
  return uncachedScopes.length > 0 && ttlSeconds > 0
    ? `got ${ttlSeconds}; expected 0, because uncachedScopes forbids caching`
    : undefined;
}
