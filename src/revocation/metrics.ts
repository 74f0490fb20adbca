/** The names of the metrics of revocations: written by the function, read by alarms. Each has the dimension `issuer`. */
export const REVOCATION_METRICS = {
  /** Marks that were written. */
  marks: 'Marks',
  /** Flushes of the gateway's caches that succeeded for all stages. */
  flushes: 'Flushes',
  /** Flushes that failed for at least one stage. */
  flushFailures: 'FlushFailures',
  /** Milliseconds from the change of a user to its mark. */
  revocationDelay: 'RevocationDelay',
} as const;
