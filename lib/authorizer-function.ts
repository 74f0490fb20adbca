/**
 * The authorizer for every credential an Auth0 user may carry, for APIs of each kind. Its function may read the two secrets
 * that it needs, and nothing else.
 */
import { Annotations, Duration, Token } from 'aws-cdk-lib';
import { type IAuthorizer, IdentitySource, RequestAuthorizer } from 'aws-cdk-lib/aws-apigateway';
import type { IHttpRouteAuthorizer, IWebSocketRouteAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2';
import {
  HttpLambdaAuthorizer,
  HttpLambdaResponseType,
  WebSocketLambdaAuthorizer,
} from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import {
  type AuthorizerConfiguration,
  authorizerEntries,
  parseAuthorizerConfiguration,
} from '../src/config/authorizer-configuration.ts';
import { gatewayTtlFault } from '../src/config/gateway-ttl.ts';
import { greedyRootNotes } from '../src/config/greedy-roots.ts';
import { ConfigurationError } from '../src/core/errors.ts';
import type { RouteSettings } from '../src/core/routes.ts';
import { greedyResourcePaths } from './greedy-resources.ts';
import { HttpAuthorizerPerApi, WebSocketAuthorizerPerApi } from './route-authorizers.ts';
import { readSecretStatements } from './secret-statements.ts';
import { ServiceFunction } from './service-function.ts';
import type { SigningKey } from './signing-key.ts';

export interface AuthorizerFunctionProps {
  /** `https://tenant.auth0.com/`, with its final slash. */
  readonly issuer: string;
  /** Accepted beside the first; passwords are asked at the first only. @default none */
  readonly issuers?: AuthorizerConfiguration['issuers'];
  /** The resource server's identifier. */
  readonly audience: string;
  readonly signingKey: SigningKey;
  /**
   * What each route requires; a route that is not in it is denied. A greedy route such as `ANY /admin/{proxy+}` covers
   * `/admin` too, unless another route names it.
   *
   * @default the routes of the demo API
   */
  readonly routes?: RouteSettings;
  /**
   * Name or ARN of the secret `{"clientId","clientSecret","connection"?}` of the client that logs users in.
   *
   * @default Basic takes app specific passwords only
   */
  readonly passwordGrantSecret?: string | undefined;
  /** Which of the two a Basic secret is taken for first. @default 'auto' */
  readonly basicOrder?: 'auto' | 'password-first' | 'introspect-first';
  /** Take the claim `permissions` for scopes. @default false */
  readonly permissionsAsScopes?: boolean;
  /** Ask the tenant about JWTs as well. @default false */
  readonly introspectJwts?: boolean;
  /** How long the function knows a principal, in seconds. @default 300 */
  readonly cacheTtlSeconds?: number;
  /** How long the function knows a refusal, in seconds. @default 10 */
  readonly negativeTtlSeconds?: number;
  /** How long a principal outlives its time while the tenant is down, in seconds. @default 0 */
  readonly staleIfErrorSeconds?: number;
  /** Principals with one of these are asked about anew each time; wants `gatewayTtlSeconds` 0. @default none */
  readonly uncachedScopes?: readonly string[];
  /** Write `sub` to the log as it is, instead of a digest of it. @default false */
  readonly logSubject?: boolean;
  /** How long API Gateway keeps an answer, in seconds, from 0 to 3600. @default 60 */
  readonly gatewayTtlSeconds?: number;
  /**
   * What API Gateway caches responses by, besides the credential and the method: `path`, which is always safe, or
   * `resourcePath`, which caches one response for all of `/foo/{id}`. The latter is for an API without a `{proxy+}`
   * resource, and for `routes` without a greedy one.
   *
   * @default 'path'
   */
  readonly keepAnswersBy?: 'path' | 'resourcePath';
}

/** A function's environment holds 4 KB; the rest is for names that are known only when it is deployed. */
const MAXIMUM_CONFIGURATION_BYTES = 3072;
const DEFAULT_GATEWAY_TTL_SECONDS = 60;
/** For `Annotations.of(…).acknowledgeInfo(…)`. */
const GREEDY_ROOT_INFO = 'auth0-api-authorizer:greedyRouteCoversRoot';

export class AuthorizerFunction extends Construct {
  readonly function: IFunction;
  readonly audience: string;
  readonly #keepAnswersBy: 'path' | 'resourcePath';
  readonly #greedyRoutes: readonly string[];
  readonly #resultsCacheTtl: Duration;
  #rest: IAuthorizer | undefined;
  /** Give this to the routes of HTTP APIs: payload 2.0, simple responses, each for one route, method and path. */
  readonly httpAuthorizer: IHttpRouteAuthorizer = new HttpAuthorizerPerApi(() => this.#makeHttpAuthorizer());
  /** Give this to the `$connect` route of WebSocket APIs, which cache no responses; `routes` needs `"$connect"`. */
  readonly webSocketAuthorizer: IWebSocketRouteAuthorizer = new WebSocketAuthorizerPerApi(() =>
    this.#makeWebSocketAuthorizer(),
  );

  constructor(scope: Construct, id: string, props: AuthorizerFunctionProps) {
    super(scope, id);
    const { audience, routes = {}, uncachedScopes = [], gatewayTtlSeconds = DEFAULT_GATEWAY_TTL_SECONDS } = props;
    const fault = gatewayTtlFault(uncachedScopes, gatewayTtlSeconds);
    if (fault !== undefined) throw new ConfigurationError('configuration_invalid', `gatewayTtlSeconds: ${fault}`);
    this.audience = audience;
    this.function = this.#function(props);
    this.#keepAnswersBy = props.keepAnswersBy ?? 'path';
    this.#greedyRoutes = Object.keys(routes).filter((key) => key.endsWith('+}') && routes[key] !== 'public');
    this.#resultsCacheTtl = Duration.seconds(gatewayTtlSeconds);
    for (const note of greedyRootNotes(routes)) Annotations.of(this).addInfoV2(GREEDY_ROOT_INFO, note);
  }

  /**
   * Give this to the methods of one REST API. It is made on first use, since CDK refuses one that no method has. For a second
   * REST API, make a second `AuthorizerFunction`.
   */
  get restAuthorizer(): IAuthorizer {
    this.#rest ??= this.#makeRestAuthorizer();
    return this.#rest;
  }

  #makeHttpAuthorizer(): IHttpRouteAuthorizer {
    return new HttpLambdaAuthorizer('AuthorizerFunction', this.function, {
      responseTypes: [HttpLambdaResponseType.SIMPLE],
      // The route key is not enough: one with `ANY` or `{proxy+}` stands for many methods and paths. The same path
      // can be another route under another domain.
      identitySource: [
        '$request.header.Authorization',
        ...['routeKey', 'httpMethod', 'domainName', 'path'].map((name) => `$context.${name}`),
      ],
      resultsCacheTtl: this.#resultsCacheTtl,
    });
  }

  #makeWebSocketAuthorizer(): IWebSocketRouteAuthorizer {
    return new WebSocketLambdaAuthorizer('AuthorizerFunction', this.function, {
      identitySource: ['route.request.header.Authorization'],
    });
  }

  #makeRestAuthorizer(): IAuthorizer {
    if (this.#keepAnswersBy === 'resourcePath') this.node.addValidation({ validate: () => this.#sharedResponses() });
    return new RequestAuthorizer(this, 'Rest', {
      handler: this.function,
      identitySources: [
        IdentitySource.header('Authorization'),
        IdentitySource.context('httpMethod'),
        // The same path can be another route under another domain: there it may begin with a base path instead of the
        // stage.
        ...(this.#keepAnswersBy === 'path' ? [IdentitySource.context('domainName')] : []),
        IdentitySource.context(this.#keepAnswersBy),
      ],
      resultsCacheTtl: this.#resultsCacheTtl,
    });
  }

  #function(props: AuthorizerFunctionProps): IFunction {
    const { signingKey, passwordGrantSecret } = props;
    const clients = [passwordGrantSecret, ...(props.issuers ?? []).map(({ clientSecret }) => clientSecret)];
    const secrets = [signingKey.secretArn, ...clients.filter((secret) => secret !== undefined)];
    return new ServiceFunction(this, 'Decide', {
      folder: 'authorizer',
      description: 'Says who the caller is and what the caller may do.',
      environment: { CONFIG: configurationOf(props) },
      statements: secrets.flatMap((secret) => readSecretStatements(this, secret, signingKey.encryptionKey)),
    }).function;
  }

  /** With a greedy resource or route, one path's cached response would be another's. */
  #sharedResponses(): string[] {
    const resources = greedyResourcePaths(this.node.root).map((path) => `The API has the resource ${path}`);
    const routes = this.#greedyRoutes.map((key) => `The route "${key}" is greedy`);
    return [...resources, ...routes].map((fault) => `${fault}: give the AuthorizerFunction keepAnswersBy "path".`);
  }
}

/**
 * The function's `CONFIG`, found to be right now rather than when the function runs.
 *
 * @throws ConfigurationError `configuration_invalid`
 */
function configurationOf(props: AuthorizerFunctionProps): string {
  const { signingKey, passwordGrantSecret } = props;
  const behaviour = Object.entries(props).filter(([key]) => key in authorizerEntries);
  const secrets = { signingKeySecret: signingKey.secretArn, passwordGrantSecret };
  const configuration = { ...Object.fromEntries(behaviour), ...secrets };
  const text = JSON.stringify(configuration);
  parseAuthorizerConfiguration(JSON.stringify(configuration, (_key, value) => knownNow(value)));
  const bytes = Buffer.byteLength(text);
  if (bytes <= MAXIMUM_CONFIGURATION_BYTES) return text;
  throw new ConfigurationError(
    'configuration_invalid',
    `The authorizer's configuration has ${bytes} bytes; wanted at most ${MAXIMUM_CONFIGURATION_BYTES}, since a function's environment holds 4 KB. Give routes that ask for the same one key, such as "ANY /x/{proxy+}", or split the API.`,
  );
}

function knownNow(value: unknown): unknown {
  return typeof value === 'string' && Token.isUnresolved(value) ? 'known-when-deployed' : value;
}
