/**
 * The authorizer for every credential that an Auth0 user may have, for REST, HTTP and WebSocket APIs. Its function may read
 * the secrets that it needs, and nothing else.
 */
import { Annotations, Aspects, Duration } from 'aws-cdk-lib';
import type { IAuthorizer } from 'aws-cdk-lib/aws-apigateway';
import type { IHttpRouteAuthorizer, IWebSocketRouteAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2';
import type { Grant, IGrantable, PolicyDocument } from 'aws-cdk-lib/aws-iam';
import type { Alias, IFunction, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { DEFAULTS } from '../src/config/defaults.ts';
import { memorySize } from '../src/config/deployment-fields.ts';
import { gatewayTtlFault, gatewayTtlSeconds } from '../src/config/gateway-ttl.ts';
import { greedyRootNotes } from '../src/config/greedy-roots.ts';
import type { RouteSettings } from '../src/core/routes.ts';
import type { ResourceMetadataDocument } from '../src/resource-metadata/document.ts';
import { type ApiRoute, apiOf, apiRouteOf, checkIsProtectable, routeKeyOf } from './api-route.ts';
import type { AppPasswordsLink, LinkedAuthorizer } from './app-passwords-link.ts';
import {
  authorizerConfiguration,
  checkAuthorizerProps,
  type DeployedConfiguration,
} from './authorizer-function-configuration.ts';
import type { AuthorizerFunctionProps } from './authorizer-function-props.ts';
import { AuthorizerMetrics } from './authorizer-metrics.ts';
import { checkProp, invalidProp } from './check-prop.ts';
import { decidingAlias, decidingFunction } from './deciding-function.ts';
import { stagesToFlush } from './flushed-stages.ts';
import { addFiles } from './function-code.ts';
import { type PrincipalToken, principalTokenOf } from './principal-token.ts';
import { metadataDocument } from './protected-resource.ts';
import { RestAuthorizer } from './rest-authorizer.ts';
import type { FlushedStage, Revocation } from './revocation.ts';
import { HttpAuthorizerPerApi, WebSocketAuthorizerPerApi } from './route-authorizers.ts';
import { type RouteRequirement, RouteRequirements } from './route-requirements.ts';
import { SharedState } from './shared-state.ts';

const DEFAULT_RESULTS_CACHE_TTL = Duration.seconds(DEFAULTS.gatewayTtlSeconds);
/** The id for `Annotations.of(…).acknowledgeInfo(…)`. */
const GREEDY_ROOT_INFO = 'auth0-api-authorizer:greedyRouteCoversRoot';

/**
 * Decides who the caller of an API is and what the caller may do.
 *
 * @example
 * const authorizer = new AuthorizerFunction(this, 'Authorizer', {
 *   issuer: 'https://tenant.auth0.com/',
 *   audience: 'https://my.api',
 *   signingKey,
 *   routes: { 'GET /orders': ['read:orders'], 'GET /health': 'public' },
 *   passwordGrantSecret: Secret.fromSecretNameV2(this, 'PasswordGrant', 'auth0/password'),
 *   cacheTtl: Duration.minutes(1),
 * });
 * restApi.root.addResource('orders').addMethod('GET', integration, { authorizer: authorizer.restAuthorizer });
 */
export class AuthorizerFunction extends AuthorizerMetrics {
  /** The Lambda function behind every authorizer below. */
  readonly function: LambdaFunction;

  /** The resource server's identifier. */
  readonly audience: string;

  /** What the APIs call instead of the function, if there is an `aliasName`. */
  readonly alias: Alias | undefined;

  /**
   * Authorizer for the methods of one REST API. It is in the template only if a method uses it. For a second REST API,
   * create a second `AuthorizerFunction`.
   */
  readonly restAuthorizer: IAuthorizer;

  /** Authorizer for the routes of HTTP APIs: payload 2.0, simple responses, each cached for one route, method, domain and path. */
  readonly httpAuthorizer: IHttpRouteAuthorizer;

  /** Authorizer for the `$connect` route of WebSocket APIs, which cache no decisions. `$connect` needs a requirement. */
  readonly webSocketAuthorizer: IWebSocketRouteAuthorizer;

  /** The key and the JWKS of the signed principal, if `principalToken` is set. */
  readonly principalToken: PrincipalToken | undefined;

  readonly #sharedState: SharedState;
  readonly #handler: IFunction;
  readonly #rights: PolicyDocument;
  #appPasswords: AppPasswordsLink | undefined;
  readonly #props: AuthorizerFunctionProps;
  readonly #requirements: RouteRequirements;
  readonly #rest: RestAuthorizer;
  readonly #http: HttpAuthorizerPerApi;
  readonly #webSocket: WebSocketAuthorizerPerApi;

  /** @throws ConfigurationError `configuration_invalid` */
  constructor(scope: Construct, id: string, props: AuthorizerFunctionProps) {
    super(scope, id);
    const { audience, resultsCacheTtl = DEFAULT_RESULTS_CACHE_TTL } = props;
    checkResultsCacheTtl(this, resultsCacheTtl, props);
    checkAuthorizerProps(this, props);
    checkProp(this, 'memorySize', props.memorySize ?? DEFAULTS.memorySize, memorySize);
    this.#props = props;
    this.#requirements = new RouteRequirements(props.routes ?? {}, props);
    this.audience = audience;
    this.#sharedState = new SharedState(this, 'SharedState', { authorizer: props, stages: () => this.#stages() });
    this.principalToken = principalTokenOf(this, props, resultsCacheTtl);
    const decide = decidingFunction(this, props, () => this.#configuration().config, [
      ...this.#sharedState.statements,
      ...(this.principalToken?.statements ?? []),
    ]);
    this.function = decide.function;
    this.#rights = decide.rights;
    if (this.principalToken) this.function.node.addDependency(this.principalToken);
    this.alias = decidingAlias(this, props, this.function);
    // CDK's own classes do not declare optional properties as strictly as our compiler expects.
    const handler = (this.alias ?? this.function) as IFunction;
    this.#handler = handler;
    this.#rest = new RestAuthorizer(this, 'Rest', {
      handler,
      resultsCacheTtl,
      resultsCacheKey: props.resultsCacheKey ?? 'path',
      requirements: this.#requirements,
    });
    this.restAuthorizer = this.#rest;
    this.#http = new HttpAuthorizerPerApi(handler, resultsCacheTtl);
    this.httpAuthorizer = this.#http;
    this.#webSocket = new WebSocketAuthorizerPerApi(handler, props.webSocketSubprotocols ?? false);
    this.webSocketAuthorizer = this.#webSocket;
    this.node.addValidation({ validate: () => [...this.#missingRequirements()] });
    // The last moment at which the tree may change. All routes are known by then.
    Aspects.of(this).add({ visit: (construct) => construct === this && this.#complete() });
  }

  /** Makes revocations take effect in seconds: its queue takes them, from the command line, the tenant's log or code of your own. */
  get revocation(): Revocation {
    return this.#sharedState.revocation;
  }

  /** What each route requires: `routes`, and what `protect` has added. */
  get routes(): RouteSettings {
    return this.#requirements.all;
  }

  /** The metadata of the API (RFC 9728), with the routes that are known so far; `undefined` without the prop `resourceMetadata`. */
  get resourceMetadata(): ResourceMetadataDocument | undefined {
    return metadataDocument(this.#props, this.routes);
  }

  /**
   * Puts a route behind this authorizer, if it is not yet, and says what it requires. If `routes` lists the route too, both must say
   * the same.
   *
   * @param routes what `addMethod` of a REST API, `addRoutes` of an HTTP API or `addRoute` of a WebSocket API returned
   * @param requirement `['read:orders']` requires all scopes of the list, `{ anyOf: [...] }` one of them, and `[]` accepts every
   *   principal. `{ allOf: [...], audience }` accepts only tokens for this one of several audiences, and so does `anyOf`
   * @throws ConfigurationError `configuration_invalid`
   */
  protect(routes: ApiRoute | readonly ApiRoute[], requirement: RouteRequirement): void {
    const all: readonly ApiRoute[] = 'node' in routes ? [routes] : routes;
    for (const construct of all) {
      const route = apiRouteOf(construct);
      if (!route) {
        throw invalidProp(
          construct,
          'This is not a route. Expected what addMethod, addRoutes or addRoute of an API returned.',
        );
      }
      checkIsProtectable(route);
      this.#requirements.add(construct, routeKeyOf(route), requirement, apiOf(route));
      if (route.kind === 'rest') this.#rest.protect(route);
      else if (route.kind === 'http') this.#http.protect(route);
      else this.#webSocket.protect(route);
    }
  }

  /**
   * Lets somebody call the function, for example an API that is not defined with the CDK. With app passwords, that API must not cache
   * results for longer than `resultsCacheTtl`: a deleted password is reported as stopped after that time.
   *
   * @param grantee such as `new ServicePrincipal('apigateway.amazonaws.com')`
   */
  grantInvoke(grantee: IGrantable): Grant {
    return (this.alias ?? this.function).grantInvoke(grantee);
  }

  /**
   * Lets the API for app specific passwords use this authorizer. From then on, the authorizer refuses passwords that have expired.
   *
   * @internal
   */
  _linkAppPasswords(): LinkedAuthorizer {
    if (this.#appPasswords)
      throw invalidProp(this, 'An authorizer can have one AppPasswords. Create another authorizer.');
    return {
      props: this.#props,
      handler: this.#handler,
      sharedState: this.#sharedState,
      link: (link) => {
        this.#appPasswords = link;
        this.#rights.addStatements(...link.statements);
      },
    };
  }

  #configuration(): DeployedConfiguration {
    const { routes } = this;
    if (Object.keys(routes).length === 0) {
      throw invalidProp(
        this,
        'No route has a requirement. Call protect(route, [...]) for a route of an API, or set routes.',
      );
    }
    const { principalToken } = this;
    return authorizerConfiguration(
      this,
      { ...this.#props, routes },
      { sharedState: this.#sharedState, principalToken, appPasswords: this.#appPasswords },
    );
  }

  #complete(): void {
    const { files } = this.#configuration();
    this.#requirements.complete();
    if (Object.keys(files).length > 0) addFiles(this.function, 'authorizer', files);
    for (const note of greedyRootNotes(this.routes)) Annotations.of(this).addInfoV2(GREEDY_ROOT_INFO, note);
  }

  #stages(): readonly FlushedStage[] {
    const { resultsCacheTtl = DEFAULT_RESULTS_CACHE_TTL, flushedStages = [] } = this.#props;
    const apis = { rest: this.#rest.apis, http: this.#http.apis };
    return stagesToFlush(this, { apis, flushedStages, resultsCacheTtl });
  }

  #missingRequirements(): readonly string[] {
    return [...this.#http.routes, ...this.#webSocket.routes].flatMap((construct) => {
      const route = apiRouteOf(construct);
      return route ? this.#requirements.faults([routeKeyOf(route)], apiOf(route)) : [];
    });
  }
}

function checkResultsCacheTtl(scope: Construct, resultsCacheTtl: Duration, props: AuthorizerFunctionProps): void {
  const seconds = resultsCacheTtl.toSeconds({ integral: false });
  checkProp(scope, 'resultsCacheTtl', seconds, gatewayTtlSeconds);
  const fault = gatewayTtlFault(props, seconds);
  if (fault !== undefined) throw invalidProp(scope, `resultsCacheTtl: ${fault}`);
}
