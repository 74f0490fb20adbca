/**
 * A route of an API, whatever kind of API it is: a method of a REST API, or a route of an HTTP or WebSocket API. Routes are recognized
 * by their CloudFormation type and not by their class, because another copy of aws-cdk-lib has other classes.
 */
import { CfnResource } from 'aws-cdk-lib';
import type { CfnMethod, Method } from 'aws-cdk-lib/aws-apigateway';
import type { CfnRoute, HttpRoute, WebSocketRoute } from 'aws-cdk-lib/aws-apigatewayv2';
import type { IConstruct } from 'constructs';

/** What `addMethod`, `addProxy().anyMethod`, `addRoutes` and `addRoute` return. */
export type ApiRoute = Method | HttpRoute | WebSocketRoute;

export type RestMethod = { readonly kind: 'rest'; readonly method: Method; readonly resource: CfnMethod };
export type OtherRoute = { readonly kind: 'http' | 'websocket'; readonly resource: CfnRoute };

const METHOD = 'AWS::ApiGateway::Method';
const ROUTE = 'AWS::ApiGatewayV2::Route';

/** The route, with its CloudFormation resource; `undefined` for any other construct. */
export function apiRouteOf(construct: IConstruct): RestMethod | OtherRoute | undefined {
  const resource = construct.node.defaultChild;
  if (!resource || !CfnResource.isCfnResource(resource)) return undefined;
  if (resource.cfnResourceType === METHOD) {
    return { kind: 'rest', method: construct as Method, resource: resource as CfnMethod };
  }
  if (resource.cfnResourceType !== ROUTE) return undefined;
  return { kind: 'webSocketApi' in construct ? 'websocket' : 'http', resource: resource as CfnRoute };
}

/** The route as it is written in `routes`: `GET /orders/{id}`, or `$connect`. */
export function routeKeyOf(route: RestMethod | OtherRoute): string {
  return route.kind === 'rest' ? `${route.method.httpMethod} ${route.method.resource.path}` : route.resource.routeKey;
}

/** The API that a route belongs to. */
export function apiOf(construct: IConstruct, route: RestMethod | OtherRoute): IConstruct {
  if (route.kind === 'rest') return route.method.api;
  return route.kind === 'http' ? (construct as HttpRoute).httpApi : (construct as WebSocketRoute).webSocketApi;
}
