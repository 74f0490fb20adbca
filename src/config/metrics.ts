/** The names of the authorizer's metrics: written by the function, read by alarms and dashboard. */

export const METRIC_NAMESPACE = 'Auth0ApiAuthorizer';

/** Each counted with the dimensions `audience`; `audience, outcome`; and `audience, outcome, reason`. */
export const METRICS = {
  decisions: 'Decisions',
  /** 1 for a principal that was known, else 0: its average is the hit rate. */
  cacheHits: 'CacheHits',
  /** Milliseconds of each attempt at a call. */
  issuerLatency: 'IssuerLatency',
  issuerRetries: 'IssuerRetries',
  circuitOpenings: 'CircuitOpenings',
} as const;
