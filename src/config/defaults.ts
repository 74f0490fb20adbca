/** The defaults that the schema of the configuration shares with the constructs and the local gateway. */

export const DEFAULTS = {
  keyDelivery: 'verificationKey',
  keyFormat: 'certificate',
  rotationDays: 90,
  jwksCacheSeconds: 300,
  gatewayTtlSeconds: 60,
} as const;
