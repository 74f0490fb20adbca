/**
 * Authorizers for the routes of HTTP and WebSocket APIs. A CDK authorizer can be bound to the routes of one API only. These
 * create a CDK authorizer for each API, when the first route of that API is bound.
 */
import type { Duration } from 'aws-cdk-lib';
import type {
  HttpRouteAuthorizerBindOptions,
  HttpRouteAuthorizerConfig,
  IHttpApi,
  IHttpRouteAuthorizer,
  IWebSocketRouteAuthorizer,
  WebSocketRouteAuthorizerBindOptions,
  WebSocketRouteAuthorizerConfig,
} from 'aws-cdk-lib/aws-apigatewayv2';
import {
  HttpLambdaAuthorizer,
  HttpLambdaResponseType,
  WebSocketLambdaAuthorizer,
} from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct, IConstruct } from 'constructs';
import { checkIsOpen, type HttpApiRoute, type WebSocketApiRoute } from './api-route.ts';

const ID = 'AuthorizerFunction';

/** An authorizer that knows its routes. */
interface KnowsRoutes {
  /** The routes that it was bound to. */
  readonly routes: readonly IConstruct[];
}

export class HttpAuthorizerPerApi implements IHttpRouteAuthorizer, KnowsRoutes {
  readonly routes: IConstruct[] = [];
  readonly #apis = new Set<IHttpApi>();
  readonly #ofApi: OfApi<IHttpRouteAuthorizer>;

  /** @param resultsCacheTtl how long API Gateway caches a decision */
  constructor(handler: IFunction, resultsCacheTtl: Duration) {
    this.#ofApi = onePerApi((id) => httpAuthorizer(id, handler, resultsCacheTtl));
  }

  /** The APIs of these routes. */
  get apis(): readonly IHttpApi[] {
    return [...this.#apis];
  }

  bind(options: HttpRouteAuthorizerBindOptions): HttpRouteAuthorizerConfig {
    this.routes.push(options.route);
    this.#apis.add(options.route.httpApi);
    return this.#ofApi(options.route.httpApi.apiId, options.scope).bind(options);
  }

  /** Puts a route behind this authorizer that was created without it. */
  protect(route: HttpApiRoute): void {
    const scope = route.construct.httpApi as IConstruct as Construct;
    setAuthorizer(route, this.routes, () => this.bind({ route: route.construct, scope }));
  }
}

export class WebSocketAuthorizerPerApi implements IWebSocketRouteAuthorizer, KnowsRoutes {
  readonly routes: IConstruct[] = [];
  readonly #ofApi: OfApi<IWebSocketRouteAuthorizer>;

  /** @param acceptsSubprotocols whether a token may come without `Authorization` */
  constructor(handler: IFunction, acceptsSubprotocols: boolean) {
    this.#ofApi = onePerApi((id) => webSocketAuthorizer(id, handler, acceptsSubprotocols));
  }

  bind(options: WebSocketRouteAuthorizerBindOptions): WebSocketRouteAuthorizerConfig {
    this.routes.push(options.route);
    return this.#ofApi(options.route.webSocketApi.apiId, options.scope).bind(options);
  }

  /** Puts a route behind this authorizer that was created without it. */
  protect(route: WebSocketApiRoute): void {
    setAuthorizer(route, this.routes, () => this.bind({ route: route.construct, scope: route.construct }));
  }
}

type OfApi<Authorizer> = (apiId: string, scope: IConstruct) => Authorizer;

function onePerApi<Authorizer>(create: (id: string) => Authorizer): OfApi<Authorizer> {
  const authorizers = new Map<string, Authorizer>();
  return (apiId, scope) => {
    const authorizer = authorizers.get(apiId) ?? create(freeId(scope));
    authorizers.set(apiId, authorizer);
    return authorizer;
  };
}

/** An API can have more than one authorizer. The first keeps the plain id. */
function freeId(scope: IConstruct, number = 1): string {
  const id = number === 1 ? ID : `${ID}${number}`;
  return scope.node.tryFindChild(id) ? freeId(scope, number + 1) : id;
}

function setAuthorizer(
  route: HttpApiRoute | WebSocketApiRoute,
  bound: readonly IConstruct[],
  bind: () => HttpRouteAuthorizerConfig | WebSocketRouteAuthorizerConfig,
): void {
  if (bound.includes(route.construct)) return;
  checkIsOpen(route);
  const { authorizerId, authorizationType } = bind();
  route.resource.authorizerId = authorizerId;
  route.resource.authorizationType = authorizationType;
}

function httpAuthorizer(id: string, handler: IFunction, resultsCacheTtl: Duration): IHttpRouteAuthorizer {
  return new HttpLambdaAuthorizer(id, handler, {
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

/**
 * API Gateway refuses a connection that lacks an identity source, before the authorizer is called. A browser lacks `Authorization`, and
 * other clients lack `Sec-WebSocket-Protocol`, so there is none if both may connect.
 *
 * @see https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-authorizers.html
 */
function webSocketAuthorizer(id: string, handler: IFunction, acceptsSubprotocols: boolean): IWebSocketRouteAuthorizer {
  return new WebSocketLambdaAuthorizer(id, handler, {
    identitySource: acceptsSubprotocols ? [] : ['route.request.header.Authorization'],
  });
}
