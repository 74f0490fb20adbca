/** `uncachedScopes` needs a gateway that caches no decisions: otherwise not every request would be checked. */

/**
 * Says what is wrong with the gateway's time to live.
 *
 * @returns what was got and what is wanted; `undefined` if nothing is wrong
 */
export function gatewayTtlFault(uncachedScopes: readonly string[], gatewayTtlSeconds: number): string | undefined {
  return uncachedScopes.length > 0 && gatewayTtlSeconds > 0
    ? `got ${gatewayTtlSeconds}; wanted 0, since uncachedScopes asks that nothing be kept`
    : undefined;
}
