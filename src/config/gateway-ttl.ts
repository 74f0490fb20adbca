/** How long API Gateway may cache decisions, and why not at all with `uncachedScopes`. */
import { seconds } from './fields.ts';

/** API Gateway allows an hour at most. */
export const gatewayTtlSeconds = seconds(3600);

/**
 * Says what is wrong with the gateway's time to live.
 *
 * @returns what was got and what is wanted; `undefined` if nothing is wrong
 */
export function gatewayTtlFault(uncachedScopes: readonly string[], ttlSeconds: number): string | undefined {
  return uncachedScopes.length > 0 && ttlSeconds > 0
    ? `got ${ttlSeconds}; wanted 0, since uncachedScopes asks that nothing be kept`
    : undefined;
}
