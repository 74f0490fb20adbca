/** Checks how long API Gateway may cache decisions: not at all with `uncachedScopes`, or if tokens may be bound to their holder. */
import { seconds } from './fields.ts';

/** API Gateway allows an hour at most. */
export const gatewayTtlSeconds = seconds(3600);

/**
 * What forbids caching. A cached decision would let a replayed proof, or a stolen token without any, pass the gateway.
 */
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
  if (ttlSeconds === 0) return undefined;
  const got = `got ${ttlSeconds}; expected 0, because`;
  if (uncachedScopes.length > 0) return `${got} uncachedScopes forbids caching`;
  const [name] = [...(dpop === 'off' ? [] : ['dpop']), ...(mtls === 'off' ? [] : ['mtls'])];
  return name && `${got} with ${name} each request must be checked: a cached decision would not see a stolen token`;
}
