/** What a simulation counts. */

export interface Usage {
  /** To the API, of all callers. */
  requests: number;
  /** Invocations of the authorizer's function. */
  authorizerCalls: number;
  introspections: number;
  cacheReads: number;
  cacheWrites: number;
  markReads: number;
  secretReads: number;
  containerStarts: number;
  /** The time for which Lambda charges. */
  busyMs: number;
}

export function noUsage(): Usage {
  return {
    requests: 0,
    authorizerCalls: 0,
    introspections: 0,
    cacheReads: 0,
    cacheWrites: 0,
    markReads: 0,
    secretReads: 0,
    containerStarts: 0,
    busyMs: 0,
  };
}
