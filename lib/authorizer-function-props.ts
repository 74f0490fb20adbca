/** The props of the construct `AuthorizerFunction`. */
import type { Duration } from 'aws-cdk-lib';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import type { Architecture } from 'aws-cdk-lib/aws-lambda';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { RouteSettings } from '../src/core/routes.ts';
import type { AdditionalIssuer, AuthorizationServer } from './issuer-props.ts';
import type { FlushedStage } from './revocation.ts';
import type { SigningKey } from './signing-key.ts';
import type { TokenOptions } from './token-options.ts';

/** The part of API Gateway's cache key that is added to the credential and the method. */
export type ResultsCacheKey = 'path' | 'resourcePath';

/** How an authorizer decides. */
export interface AuthorizerOptions extends TokenOptions {
  /** The main issuer, `https://tenant.auth0.com/` with its final slash. */
  readonly issuer: string;

  /**
   * The endpoints of the main issuer, if it is not Auth0. The `issuer` is then compared with the `iss` of tokens as it is written.
   * Basic credentials are refused, except those of `basicTokenUsers`, and `passwordGrantSecret` is not allowed.
   *
   * @default - the main issuer is an Auth0 tenant
   */
  readonly authorizationServer?: AuthorizationServer | undefined;

  /** The resource server's identifier. */
  readonly audience: string;

  /**
   * More issuers whose tokens are accepted. Passwords and app specific passwords go to the main issuer only.
   *
   * @default - only the main issuer is accepted
   */
  readonly issuers?: readonly AdditionalIssuer[];

  /**
   * What each route requires, such as `{ 'GET /orders': ['read:orders'] }`; more can be added with `protect`. A route that is not
   * listed is denied. A greedy route such as `ANY /admin/{proxy+}` covers `/admin` too, unless another route names it.
   *
   * @default - only what is added with `protect`
   */
  readonly routes?: RouteSettings;

  /**
   * Secret `{"clientId","clientSecret"}` or `{"clientId","privateKey"}` of the client that logs users in, perhaps with a
   * `"connection"`, the name of the connection where they log in. `"privateKey"` is PEM or a private JWK and authenticates the
   * client with `private_key_jwt`.
   *
   * @default - Basic accepts app specific passwords only
   */
  readonly passwordGrantSecret?: ISecret | undefined;

  /**
   * Whether a Basic secret is tried as a password or as an app specific password first.
   *
   * @default 'auto' - decides by what the secret looks like
   */
  readonly basicOrder?: 'auto' | 'password-first' | 'introspect-first';

  /**
   * Count the claim `permissions` as scopes.
   *
   * @default false
   */
  readonly permissionsAsScopes?: boolean;

  /**
   * Introspect JWTs as well, after they have been verified locally.
   *
   * @default false
   */
  readonly introspectJwts?: boolean;

  /**
   * How long the function caches a principal: at most one day, and never past the principal's expiry.
   *
   * @default Duration.minutes(5)
   */
  readonly cacheTtl?: Duration;

  /**
   * How long the function caches a refusal: at most one hour.
   *
   * @default Duration.seconds(10)
   */
  readonly negativeTtl?: Duration;

  /**
   * How long after `cacheTtl` a cached principal may still be used while the issuer is down: at most one day.
   *
   * @default Duration.seconds(0)
   */
  readonly staleIfError?: Duration;

  /**
   * How long API Gateway caches a decision: at most one hour. An expired credential may be accepted for that much longer.
   *
   * @default Duration.minutes(1)
   */
  readonly resultsCacheTtl?: Duration;

  /**
   * The part of API Gateway's cache key that is added to the credential and the method. `path` is always safe. `resourcePath`
   * caches one decision for all of `/foo/{id}`; use it only if neither the API nor `routes` has a greedy path such as
   * `/foo/{proxy+}`.
   *
   * @default 'path'
   */
  readonly resultsCacheKey?: ResultsCacheKey;

  /**
   * Scopes whose principals are never cached. Requires a `resultsCacheTtl` of 0.
   *
   * @default - every principal is cached
   */
  readonly uncachedScopes?: readonly string[];

  /**
   * Share the results of introspection between all execution environments, in a DynamoDB table of sealed entries. Without it, each
   * environment introspects every credential itself.
   *
   * @default true
   */
  readonly sharedCache?: boolean;

  /**
   * How long an execution environment trusts what it has read about revocations: 1 to 60 seconds. A revocation takes at most this much
   * longer.
   *
   * @default Duration.seconds(5)
   */
  readonly revocationInterval?: Duration;

  /**
   * Refuse JWTs that were issued before their user was revoked. Callers get 503 while the revocations cannot be read.
   *
   * @default false
   */
  readonly revokeJwts?: boolean;

  /**
   * How long a revocation is remembered. No JWT of the tenant may live longer: one minute to one year.
   *
   * @default Duration.days(30)
   */
  readonly maxJwtLifetime?: Duration;

  /**
   * The partner event bus with the log stream of the tenant. Users that are blocked, deleted, logged out everywhere or get a new password
   * there, and app specific passwords that are deleted there, are revoked here.
   *
   * @default - only the command line revokes
   */
  readonly logEventBus?: IEventBus | undefined;

  /**
   * Stages whose cached decisions are flushed after a revocation, besides those that are found: of APIs that are imported, or that call
   * the function by `grantInvoke`.
   *
   * @default - the stages of the APIs that use this authorizer, if they are defined in the same stack
   */
  readonly flushedStages?: readonly FlushedStage[];

  /**
   * The memory of the function in MB, which also decides its share of a processor: 128 to 10240.
   *
   * @default 512
   */
  readonly memorySize?: number;

  /**
   * How many execution environments are kept ready. APIs then call an alias of the function, named `live` unless `aliasName` says
   * otherwise.
   *
   * @default 0 - none
   */
  readonly provisionedConcurrency?: number;

  /**
   * The processor of the function.
   *
   * @default Architecture.ARM_64
   */
  readonly architecture?: Architecture;

  /**
   * The header in which a CDN in front of the API writes the viewer's address, such as `CloudFront-Viewer-Address`. Requires
   * `originSecret`.
   *
   * @default - the address that API Gateway sees, which behind a CDN is the address of the CDN's edge
   */
  readonly viewerAddressHeader?: string | undefined;

  /**
   * Secret that the CDN sends as `x-origin-secret`: 16 to 1024 printable ASCII characters without spaces, or
   * `{"originSecret":"…"}`. The header with the address is ignored in a request without it.
   *
   * @default - no address is read from a header
   */
  readonly originSecret?: ISecret | undefined;

  /**
   * Log `sub` itself instead of a digest of it.
   *
   * @default false
   */
  readonly logSubject?: boolean;

  /**
   * Publish each deployment as a version of the function, and let APIs call the alias of this name. `alias` can then move to a new
   * version gradually, and back to an old one. Old versions are kept.
   *
   * @default - APIs call the function, whose code changes at once
   */
  readonly aliasName?: string;
}

/** How an `AuthorizerFunction` decides, and its key. */
export interface AuthorizerFunctionProps extends AuthorizerOptions {
  /** The key that signs the resource server's client assertions. */
  readonly signingKey: SigningKey;
}
