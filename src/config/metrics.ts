/** The names of the authorizer's metrics: written by the function, read by alarms and dashboard. */

export const METRIC_NAMESPACE = 'Auth0ApiAuthorizer';

/** Each is reported with the dimensions `audience`; `audience, outcome`; and `audience, outcome, reason`. */
export const METRICS = {
  decisions: 'Decisions',
  /** 1 if the principal came from the cache, else 0. The average is the hit rate. */
  cacheHits: 'CacheHits',
  /** Milliseconds of each attempt at a call. */
  issuerLatency: 'IssuerLatency',
  issuerRetries: 'IssuerRetries',
  circuitOpenings: 'CircuitOpenings',
  /** 1 for a 401 or 403, else 0. Reported with the dimension `audience` only. The median says what most callers get. */
  refusals: 'Refusals',
} as const;
