/** Checks how long API Gateway may cache decisions: not at all with `uncachedScopes`, or if tokens may be bound to their holder. */
import { seconds } from './fields.ts';

/** API Gateway allows an hour at most. */
export const gatewayTtlSeconds = seconds(3600);

/** What forbids caching. */
export interface UncachedSettings {
  readonly uncachedScopes?: readonly string[] | undefined;
  readonly dpop?: string | undefined;
  readonly mtls?: string | undefined;
}

/**
 * Checks the gateway's time to live.
 *
 * @returns the fault, for a message; `undefined` if there is none
 */
export function gatewayTtlFault(
  { uncachedScopes = [], dpop = 'off', mtls = 'off' }: UncachedSettings,
  ttlSeconds: number,
): string | undefined {
  if (uncachedScopes.length > 0 && ttlSeconds > 0)
    return `got ${ttlSeconds}; expected 0, because uncachedScopes forbids caching`;
  if (ttlSeconds === 0 || (dpop === 'off' && mtls === 'off')) return undefined;
  const name = dpop === 'off' ? 'mtls' : 'dpop';
  // A time that is known only at deployment is a negative number here.
  const got = ttlSeconds > 0 ? ttlSeconds : 'a value that is known only at deployment';
  return `got ${got}; expected 0, because with ${name} each request must be checked: a cached decision would let a stolen token pass`;
}
