/**
 * The authorizer for every credential that an Auth0 user may have, for REST, HTTP and WebSocket APIs. Its function may read
 * the secrets that it needs, and nothing else.
 */
import { Annotations, Duration } from 'aws-cdk-lib';
import type { IAuthorizer } from 'aws-cdk-lib/aws-apigateway';
import type { IHttpRouteAuthorizer, IWebSocketRouteAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2';
import {
  HttpLambdaAuthorizer,
  HttpLambdaResponseType,
  WebSocketLambdaAuthorizer,
} from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { Metric, type MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { DEFAULTS } from '../src/config/defaults.ts';
import { gatewayTtlFault, gatewayTtlSeconds } from '../src/config/gateway-ttl.ts';
import { greedyRootNotes } from '../src/config/greedy-roots.ts';
import { METRIC_NAMESPACE, METRICS } from '../src/config/metrics.ts';
import { ConfigurationError } from '../src/core/errors.ts';
import { authorizerConfiguration } from './authorizer-function-configuration.ts';
import type { AuthorizerFunctionProps } from './authorizer-function-props.ts';
import { checkProp } from './check-prop.ts';
import { RestAuthorizer } from './rest-authorizer.ts';
import { HttpAuthorizerPerApi, WebSocketAuthorizerPerApi } from './route-authorizers.ts';
import { readOwnSecretStatements, readSecretStatements } from './secret-statements.ts';
import { ServiceFunction } from './service-function.ts';

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
export class AuthorizerFunction extends Construct {
  /** The Lambda function behind every authorizer below. */
  readonly function: IFunction;

  /** The resource server's identifier. */
  readonly audience: string;

  /**
   * Authorizer for the methods of one REST API. It is in the template only if a method uses it. For a second REST API,
   * create a second `AuthorizerFunction`.
   */
  readonly restAuthorizer: IAuthorizer;

  /** Authorizer for the routes of HTTP APIs: payload 2.0, simple responses, each cached for one route, method, domain and path. */
  readonly httpAuthorizer: IHttpRouteAuthorizer;

  /** Authorizer for the `$connect` route of WebSocket APIs, which cache no decisions. `routes` needs `"$connect"`. */
  readonly webSocketAuthorizer: IWebSocketRouteAuthorizer;

  /** @throws ConfigurationError `configuration_invalid` */
  constructor(scope: Construct, id: string, props: AuthorizerFunctionProps) {
    super(scope, id);
    const { audience, routes = {}, resultsCacheTtl = DEFAULT_RESULTS_CACHE_TTL } = props;
    checkResultsCacheTtl(resultsCacheTtl, props.uncachedScopes ?? []);
    this.audience = audience;
    this.function = this.#function(props);
    this.restAuthorizer = new RestAuthorizer(this, 'Rest', {
      handler: this.function,
      resultsCacheTtl,
      resultsCacheKey: props.resultsCacheKey ?? 'path',
      greedyRoutes: Object.keys(routes).filter((key) => key.endsWith('+}') && routes[key] !== 'public'),
    });
    this.httpAuthorizer = new HttpAuthorizerPerApi(() => httpAuthorizer(this.function, resultsCacheTtl));
    this.webSocketAuthorizer = new WebSocketAuthorizerPerApi(() => webSocketAuthorizer(this.function));
    for (const note of greedyRootNotes(routes)) Annotations.of(this).addInfoV2(GREEDY_ROOT_INFO, note);
  }

  /**
   * Returns a metric of the authorizer's decisions for this audience.
   *
   * @param metricName such as `Decisions`
   */
  metric(metricName: string, props: MetricOptions = {}): Metric {
    const dimensionsMap = { audience: this.audience, ...props.dimensionsMap };
    return new Metric({
      period: Duration.minutes(5),
      ...props,
      namespace: METRIC_NAMESPACE,
      metricName,
      dimensionsMap,
    });
  }

  /**
   * Counts decisions: all of them, or those of the dimension `outcome` (`allow`, `deny`, `unauthenticated`, `unavailable`),
   * or of `outcome` and `reason`.
   *
   * @default - sum over 5 minutes
   */
  metricDecisions(props?: MetricOptions): Metric {
    return this.metric(METRICS.decisions, { statistic: 'Sum', ...props });
  }

  /**
   * The share of decisions whose principal was cached, from 0 to 1.
   *
   * @default - average over 5 minutes
   */
  metricCacheHits(props?: MetricOptions): Metric {
    return this.metric(METRICS.cacheHits, { statistic: 'Average', ...props });
  }

  /**
   * The duration of each request to an issuer, in milliseconds.
   *
   * @default - average over 5 minutes
   */
  metricIssuerLatency(props?: MetricOptions): Metric {
    return this.metric(METRICS.issuerLatency, { statistic: 'Average', ...props });
  }

  /**
   * The share of decisions that are a 401 or 403, from 0 to 1. Only for the audience as a whole.
   *
   * @default - average over 5 minutes
   */
  metricRefusals(props?: MetricOptions): Metric {
    return this.metric(METRICS.refusals, { statistic: 'Average', ...props });
  }

  /**
   * Counts repeated requests to an issuer.
   *
   * @default - sum over 5 minutes
   */
  metricIssuerRetries(props?: MetricOptions): Metric {
    return this.metric(METRICS.issuerRetries, { statistic: 'Sum', ...props });
  }

  /**
   * Counts how often an issuer's circuit breaker opened.
   *
   * @default - sum over 5 minutes
   */
  metricCircuitOpenings(props?: MetricOptions): Metric {
    return this.metric(METRICS.circuitOpenings, { statistic: 'Sum', ...props });
  }

  #function(props: AuthorizerFunctionProps): IFunction {
    const { signingKey, passwordGrantSecret, originSecret, issuers = [] } = props;
    const { secretArn, encryptionKey } = signingKey;
    const { config, files } = authorizerConfiguration(props);
    const otherSecrets = [passwordGrantSecret, originSecret, ...issuers.map(({ clientSecret }) => clientSecret)];
    return new ServiceFunction(this, 'Decide', {
      folder: 'authorizer',
      description: 'Decides who the caller is and what the caller may do.',
      environment: { CONFIG: config },
      files,
      statements: [
        ...readOwnSecretStatements(this, secretArn, encryptionKey),
        ...otherSecrets.flatMap((secret) => (secret ? readSecretStatements(this, secret, encryptionKey) : [])),
      ],
    }).function;
  }
}

function checkResultsCacheTtl(resultsCacheTtl: Duration, uncachedScopes: readonly string[]): void {
  const seconds = resultsCacheTtl.toSeconds({ integral: false });
  checkProp('resultsCacheTtl', seconds, gatewayTtlSeconds);
  const fault = gatewayTtlFault(uncachedScopes, seconds);
  if (fault !== undefined) throw new ConfigurationError('configuration_invalid', `resultsCacheTtl: ${fault}`);
}

function httpAuthorizer(handler: IFunction, resultsCacheTtl: Duration): IHttpRouteAuthorizer {
  return new HttpLambdaAuthorizer('AuthorizerFunction', handler, {
    responseTypes: [HttpLambdaResponseType.SIMPLE],
    // The route key is not enough: one with `ANY` or `{proxy+}` covers many methods and paths. Under another domain, the same
    // path can belong to another route.
    identitySource: [
      '$request.header.Authorization',
      ...['routeKey', 'httpMethod', 'domainName', 'path'].map((name) => `$context.${name}`),
    ],
    resultsCacheTtl,
  });
}

function webSocketAuthorizer(handler: IFunction): IWebSocketRouteAuthorizer {
  return new WebSocketLambdaAuthorizer('AuthorizerFunction', handler, {
    identitySource: ['route.request.header.Authorization'],
  });
}
