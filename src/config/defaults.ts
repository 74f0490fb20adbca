/** The defaults that constructs share with `cdk.json`. */
export const DEFAULTS = {
  keyDelivery: 'auto',
  keyFormat: 'certificate',
  rotationDays: 90,
  jwksCacheSeconds: 300,
  gatewayTtlSeconds: 60,
  stackPrefix: 'Auth0Authorizer',
  corsAllowOrigins: ['*'],
  corsAllowHeaders: ['Authorization', 'Content-Type'],
  throttleRate: 500,
  throttleBurst: 1000,
  jwksThrottleRate: 50,
  jwksThrottleBurst: 100,
  logRetentionDays: 30,
  revocationSeconds: 5,
  maxJwtLifetimeSeconds: 30 * 86_400,
  memorySize: 512,
} as const;
