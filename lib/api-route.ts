/**
 * A route of an API, whatever kind of API it is: a method of a REST API, or a route of an HTTP or WebSocket API. Routes are recognized
 * by their CloudFormation type and not by their class, because another copy of aws-cdk-lib has other classes.
 */
import { CfnResource } from 'aws-cdk-lib';
import type { CfnMethod, Method } from 'aws-cdk-lib/aws-apigateway';
import type { CfnRoute, HttpRoute, WebSocketRoute } from 'aws-cdk-lib/aws-apigatewayv2';
import type { IConstruct } from 'constructs';
import { invalidProp } from './check-prop.ts';

/** What `addMethod`, `addProxy().anyMethod`, `addRoutes` and `addRoute` return. */
export type ApiRoute = Method | HttpRoute | WebSocketRoute;

export type RestMethod = { readonly kind: 'rest'; readonly construct: Method; readonly resource: CfnMethod };
export type HttpApiRoute = { readonly kind: 'http'; readonly construct: HttpRoute; readonly resource: CfnRoute };
export type WebSocketApiRoute = {
  readonly kind: 'websocket';
  readonly construct: WebSocketRoute;
  readonly resource: CfnRoute;
};
export type FoundRoute = RestMethod | HttpApiRoute | WebSocketApiRoute;

const METHOD = 'AWS::ApiGateway::Method';
const ROUTE = 'AWS::ApiGatewayV2::Route';
const OPEN = 'NONE';

/** The route, with its CloudFormation resource; `undefined` for any other construct. */
export function apiRouteOf(construct: IConstruct): FoundRoute | undefined {
  const resource = construct.node.defaultChild;
  if (!resource || !CfnResource.isCfnResource(resource)) return undefined;
  if (resource.cfnResourceType === METHOD) {
    return { kind: 'rest', construct: construct as Method, resource: resource as CfnMethod };
  }
  if (resource.cfnResourceType !== ROUTE) return undefined;
  return 'webSocketApi' in construct
    ? { kind: 'websocket', construct: construct as WebSocketRoute, resource: resource as CfnRoute }
    : { kind: 'http', construct: construct as HttpRoute, resource: resource as CfnRoute };
}

/** The route as it is written in `routes`: `GET /orders/{id}`, or `$connect`. */
export function routeKeyOf(route: FoundRoute): string {
  return route.kind === 'rest'
    ? `${route.construct.httpMethod} ${route.construct.resource.path}`
    : route.resource.routeKey;
}

/** The API that a route belongs to. */
export function apiOf({ kind, construct }: FoundRoute): IConstruct {
  if (kind === 'rest') return construct.api;
  return kind === 'http' ? construct.httpApi : construct.webSocketApi;
}

/** Returns whether a route has neither an authorizer nor another kind of authorization. */
export function isOpen({ resource: { authorizerId, authorizationType = OPEN } }: FoundRoute): boolean {
  return authorizerId === undefined && authorizationType === OPEN;
}

/**
 * Checks that a route can get an authorizer.
 *
 * @throws ConfigurationError `configuration_invalid`
 */
export function checkIsOpen(route: FoundRoute): void {
  if (isOpen(route)) return;
  const { authorizerId, authorizationType } = route.resource;
  const what = route.kind === 'rest' ? 'method' : 'route';
  throw invalidProp(
    route.construct,
    authorizerId === undefined
      ? `The ${what} already has the authorization type ${authorizationType}. Create it without one.`
      : `The ${what} has another authorizer. Create it without one, or with the one of this construct.`,
  );
}

/**
 * Checks that a route can have a requirement: a preflight has no credential, and `$default` of an HTTP API stands for all other routes.
 *
 * @throws ConfigurationError `configuration_invalid`
 */
export function checkIsProtectable(route: FoundRoute): void {
  const key = routeKeyOf(route);
  if (!/^OPTIONS |^\$default$/.test(key)) return;
  throw invalidProp(
    route.construct,
    key === '$default'
      ? '"$default" stands for every route, so it cannot require anything. Add "ANY /{proxy+}" instead, or pass httpAuthorizer as defaultAuthorizer and set routes.'
      : `"${key}" would be refused: browsers send a preflight without a credential. Leave it out. If it is not a preflight, add it to routes.`,
  );
}
