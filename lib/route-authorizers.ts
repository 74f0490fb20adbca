/**
 * Authorizers for the routes of HTTP and WebSocket APIs. A CDK authorizer can be bound to the routes of one API only. These
 * create a CDK authorizer for each API, when the first route of that API is bound.
 */
import type {
  HttpRouteAuthorizerBindOptions,
  HttpRouteAuthorizerConfig,
  IHttpRouteAuthorizer,
  IWebSocketRouteAuthorizer,
  WebSocketRouteAuthorizerBindOptions,
  WebSocketRouteAuthorizerConfig,
} from 'aws-cdk-lib/aws-apigatewayv2';

export class HttpAuthorizerPerApi implements IHttpRouteAuthorizer {
  readonly #ofApi: (apiId: string) => IHttpRouteAuthorizer;

  /** @param create creates the authorizer of one API */
  constructor(create: () => IHttpRouteAuthorizer) {
    this.#ofApi = onePerApi(create);
  }

  bind(options: HttpRouteAuthorizerBindOptions): HttpRouteAuthorizerConfig {
    return this.#ofApi(options.route.httpApi.apiId).bind(options);
  }
}

export class WebSocketAuthorizerPerApi implements IWebSocketRouteAuthorizer {
  readonly #ofApi: (apiId: string) => IWebSocketRouteAuthorizer;

  /** @param create creates the authorizer of one API */
  constructor(create: () => IWebSocketRouteAuthorizer) {
    this.#ofApi = onePerApi(create);
  }

  bind(options: WebSocketRouteAuthorizerBindOptions): WebSocketRouteAuthorizerConfig {
    return this.#ofApi(options.route.webSocketApi.apiId).bind(options);
  }
}

function onePerApi<Authorizer>(create: () => Authorizer): (apiId: string) => Authorizer {
  const authorizers = new Map<string, Authorizer>();
  return (apiId) => {
    const authorizer = authorizers.get(apiId) ?? create();
    authorizers.set(apiId, authorizer);
    return authorizer;
  };
}
