/** Defaults and names that others share with the schemas, without loading these. */

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

interface AuthorizerDefaults {
  readonly routes: Record<string, string[]>;
  readonly basicOrder: 'auto';
  readonly binding: 'off';
  readonly profile: 'auth0';
  readonly cacheTtlSeconds: number;
  readonly negativeTtlSeconds: number;
}

/** The defaults of the authorizer, for the schema of the deployment and the parser of the function. The other defaults are "nothing". */
export const AUTHORIZER_DEFAULTS: AuthorizerDefaults = {
  routes: {
    'GET /foo': ['read:foo'],
    'POST /foo': ['create:foo'],
    'PATCH /foo': ['update:foo'],
    'DELETE /foo': ['delete:foo'],
    'GET /whoami': [],
  },
  basicOrder: 'auto',
  binding: 'off',
  profile: 'auth0',
  cacheTtlSeconds: 300,
  negativeTtlSeconds: 10,
};

/** The file beside the authorizer's code with the routes, if they do not fit into the environment variable. */
export const ROUTES_FILE = 'routes.json';

/** The header in which the CDN proves that a request came through it. Its value is the origin secret. */
export const ORIGIN_SECRET_HEADER = 'x-origin-secret';
