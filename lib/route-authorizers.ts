/**
 * Authorizers for the routes of HTTP and WebSocket APIs. CDK's own can be bound to the routes of one API only; these make
 * one of CDK's for each API, when the first route of that API is bound.
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

  /** @param make makes the authorizer of one API */
  constructor(make: () => IHttpRouteAuthorizer) {
    this.#ofApi = onePerApi(make);
  }

  bind(options: HttpRouteAuthorizerBindOptions): HttpRouteAuthorizerConfig {
    return this.#ofApi(options.route.httpApi.apiId).bind(options);
  }
}

export class WebSocketAuthorizerPerApi implements IWebSocketRouteAuthorizer {
  readonly #ofApi: (apiId: string) => IWebSocketRouteAuthorizer;

  /** @param make makes the authorizer of one API */
  constructor(make: () => IWebSocketRouteAuthorizer) {
    this.#ofApi = onePerApi(make);
  }

  bind(options: WebSocketRouteAuthorizerBindOptions): WebSocketRouteAuthorizerConfig {
    return this.#ofApi(options.route.webSocketApi.apiId).bind(options);
  }
}

function onePerApi<Authorizer>(make: () => Authorizer): (apiId: string) => Authorizer {
  const authorizers = new Map<string, Authorizer>();
  return (apiId) => {
    const authorizer = authorizers.get(apiId) ?? make();
    authorizers.set(apiId, authorizer);
    return authorizer;
  };
}
