/** Issuer endpoints on a scripted HTTP port and a frozen clock. */
import { type CallContext, type Endpoint, IssuerEndpoint } from '../../../src/issuer/issuer-endpoint.ts';
import { type FrozenClock, NOW_MS } from './clock.ts';
import type { ScriptedHttp } from './scripted-http.ts';

/** Five seconds from the start, as the authorizer gives. */
export const CONTEXT: CallContext = { deadlineMs: NOW_MS + 5000 };

/** @param random the random value of each retry delay */
export function issuerEndpointOver(
  http: ScriptedHttp,
  clock: FrozenClock,
  endpoint: Endpoint = 'introspection',
  random = 0,
): IssuerEndpoint {
  return new IssuerEndpoint(endpoint, {
    http: http.port,
    clock: clock.read,
    sleep: clock.sleep,
    random: () => random,
  });
}

export function contextFrom(clock: FrozenClock): CallContext {
  return { deadlineMs: clock.nowMs + 5000 };
}
