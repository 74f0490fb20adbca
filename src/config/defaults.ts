/** The defaults that constructs share with `cdk.json`. */
export const DEFAULTS = {
  keyDelivery: 'auto',
  keyFormat: 'certificate',
  rotationDays: 90,
  jwksCacheSeconds: 300,
  gatewayTtlSeconds: 60,
  stackPrefix: 'Auth0Authorizer',
} as const;
