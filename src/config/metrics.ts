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
  /** 1 if the shared cache knew the credential, else 0. Only for decisions that asked it, with the dimension `audience` only. */
  sharedCacheHits: 'SharedCacheHits',
  /** Failed calls to the shared cache or the revocation marks. Only if there are any, with the dimension `audience` only. */
  tableFailures: 'SharedTableFailures',
} as const;

/** The metrics of app specific passwords: written by their function, read by alarms. Each has the dimension `audience` only. */
export const APP_PASSWORD_METRICS = {
  created: 'AppPasswordsCreated',
  deleted: 'AppPasswordsDeleted',
  expired: 'AppPasswordsExpired',
  /** Requests that were refused. */
  refused: 'AppPasswordsRefused',
  /** Passwords that the tenant still has five minutes after their expiry. */
  overdue: 'AppPasswordsOverdue',
} as const;
