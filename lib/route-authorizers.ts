/**
 * Authorizers for the routes of HTTP and WebSocket APIs. A CDK authorizer can be bound to the routes of one API only. These
 * create a CDK authorizer for each API, when the first route of that API is bound.
 */
import type {
  CfnRoute,
  HttpRoute,
  HttpRouteAuthorizerBindOptions,
  HttpRouteAuthorizerConfig,
  IHttpRouteAuthorizer,
  IWebSocketRouteAuthorizer,
  WebSocketRoute,
  WebSocketRouteAuthorizerBindOptions,
  WebSocketRouteAuthorizerConfig,
} from 'aws-cdk-lib/aws-apigatewayv2';
import type { Construct, IConstruct } from 'constructs';
import { invalidProp } from './check-prop.ts';

const ID = 'AuthorizerFunction';

/** An authorizer that knows its routes. */
interface KnowsRoutes {
  /** The routes that it was bound to. */
  readonly routes: readonly IConstruct[];
}

export class HttpAuthorizerPerApi implements IHttpRouteAuthorizer, KnowsRoutes {
  readonly routes: IConstruct[] = [];
  readonly #ofApi: OfApi<IHttpRouteAuthorizer>;

  /** @param create creates the authorizer of one API */
  constructor(create: (id: string) => IHttpRouteAuthorizer) {
    this.#ofApi = onePerApi(create);
  }

  bind(options: HttpRouteAuthorizerBindOptions): HttpRouteAuthorizerConfig {
    this.routes.push(options.route);
    return this.#ofApi(options.route.httpApi.apiId, options.scope).bind(options);
  }

  /** Puts a route behind this authorizer that was created without it. */
  protect(route: HttpRoute, resource: CfnRoute): void {
    const scope = route.httpApi as IConstruct as Construct;
    setAuthorizer(route, resource, this.routes, () => this.bind({ route, scope }));
  }
}

export class WebSocketAuthorizerPerApi implements IWebSocketRouteAuthorizer, KnowsRoutes {
  readonly routes: IConstruct[] = [];
  readonly #ofApi: OfApi<IWebSocketRouteAuthorizer>;

  /** @param create creates the authorizer of one API */
  constructor(create: (id: string) => IWebSocketRouteAuthorizer) {
    this.#ofApi = onePerApi(create);
  }

  bind(options: WebSocketRouteAuthorizerBindOptions): WebSocketRouteAuthorizerConfig {
    this.routes.push(options.route);
    return this.#ofApi(options.route.webSocketApi.apiId, options.scope).bind(options);
  }

  /** Puts a route behind this authorizer that was created without it. */
  protect(route: WebSocketRoute, resource: CfnRoute): void {
    setAuthorizer(route, resource, this.routes, () => this.bind({ route, scope: route }));
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
function freeId(scope: IConstruct): string {
  const ids = [ID, ...Array.from({ length: 10 }, (_, index) => `${ID}${index + 2}`)];
  return ids.find((id) => !scope.node.tryFindChild(id)) ?? ID;
}

function setAuthorizer(
  route: IConstruct,
  resource: CfnRoute,
  bound: readonly IConstruct[],
  bind: () => HttpRouteAuthorizerConfig | WebSocketRouteAuthorizerConfig,
): void {
  if (bound.includes(route)) return;
  if (resource.authorizerId !== undefined) {
    throw invalidProp(
      route,
      'The route has another authorizer. Create it without one, or with the one of this construct.',
    );
  }
  if (![undefined, 'NONE'].includes(resource.authorizationType)) {
    throw invalidProp(
      route,
      `The route already has the authorization type ${resource.authorizationType}. Create it without one.`,
    );
  }
  const { authorizerId, authorizationType } = bind();
  resource.authorizerId = authorizerId;
  resource.authorizationType = authorizationType;
}
