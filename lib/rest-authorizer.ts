/** The authorizer of a REST API, which exists in the template only if a method uses it. */
import { type Duration, Lazy, Stack } from 'aws-cdk-lib';
import {
  AuthorizationType,
  Authorizer,
  IdentitySource,
  type IRestApi,
  type Method,
  RequestAuthorizer,
} from 'aws-cdk-lib/aws-apigateway';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { apiOf, apiRouteOf, checkIsOpen, isOpen, type RestMethod, routeKeyOf } from './api-route.ts';
import type { ResultsCacheKey } from './authorizer-function-props.ts';
import { invalidProp } from './check-prop.ts';
import { greedyResourcePaths } from './greedy-resources.ts';
import type { RouteRequirements } from './route-requirements.ts';

export interface RestAuthorizerProps {
  readonly handler: IFunction;
  /** How long API Gateway caches a decision. */
  readonly resultsCacheTtl: Duration;
  /** The part of API Gateway's cache key that is added to the credential and the method. */
  readonly resultsCacheKey: ResultsCacheKey;
  /** What the routes require. */
  readonly requirements: RouteRequirements;
}

/**
 * Creates CDK's `RequestAuthorizer` when the first method uses it, because CDK refuses one that no method uses. Reading
 * `authorizerId` creates nothing.
 */
export class RestAuthorizer extends Authorizer {
  override readonly authorizerId: string = Lazy.string({ produce: () => this.#idOfAttached() });
  readonly #props: RestAuthorizerProps;
  #attached: RequestAuthorizer | undefined;
  readonly #apis = new Set<IRestApi>();

  constructor(scope: Construct, id: string, props: RestAuthorizerProps) {
    super(scope, id);
    this.#props = props;
    this.node.addValidation({ validate: () => [...this.#sharedDecisions(), ...this.#missingRequirements()] });
  }

  /** The APIs that use this authorizer. */
  get apis(): readonly IRestApi[] {
    return [...this.#apis];
  }

  /** Puts a method behind this authorizer that was created without it. */
  protect(route: RestMethod): void {
    const { construct: method, resource } = route;
    if (resource.authorizerId === this.authorizerId) return;
    checkIsOpen(route);
    this._attachToApi(method.api);
    resource.authorizationType = AuthorizationType.CUSTOM;
    resource.authorizerId = this.authorizerId;
    // Without this, CDK would not see that the API has changed, and would leave the method open in the stage.
    method.api.latestDeployment?.addToLogicalId({ method: method.node.path, authorizer: this.node.path });
    const root = rootMethodOf(method);
    if (root && isOpen(root)) this.protect(root);
  }

  /**
   * Called by each method that uses this authorizer.
   *
   * @internal
   */
  override _attachToApi(restApi: IRestApi): void {
    if (Stack.of(restApi) !== Stack.of(this)) {
      throw invalidProp(
        this,
        `The REST API ${restApi.node.path} is in another stack. CloudFormation cannot create the two, because each needs the other. Create the authorizer in the stack of the API. HTTP APIs do not have this limit.`,
      );
    }
    if (!this.#attached) {
      this.#attached = this.#create();
      const { handler, resultsCacheTtl, resultsCacheKey } = this.#props;
      // Older apps lack the feature flag with which CDK does this. The stage would keep the old authorizer.
      const { functionArn } = handler;
      restApi.latestDeployment?.addToLogicalId({
        functionArn,
        ttl: resultsCacheTtl.toSeconds({ integral: false }),
        resultsCacheKey,
      });
    }
    this.#attached._attachToApi(restApi);
    this.#apis.add(restApi);
  }

  #create(): RequestAuthorizer {
    const { handler, resultsCacheTtl, resultsCacheKey } = this.#props;
    // CDK leaves the id "Default" out of logical ids and names.
    return new RequestAuthorizer(this, 'Default', {
      handler,
      identitySources: [
        IdentitySource.header('Authorization'),
        IdentitySource.context('httpMethod'),
        // Under another domain, the same path can belong to another route: it may begin with a base path instead of the stage.
        ...(resultsCacheKey === 'path' ? [IdentitySource.context('domainName')] : []),
        IdentitySource.context(resultsCacheKey),
      ],
      resultsCacheTtl,
    });
  }

  #idOfAttached(): string {
    if (this.#attached) return this.#attached.authorizerId;
    throw new Error(
      `The authorizer ${this.node.path} has no ID, because no method uses it. Pass restAuthorizer as the authorizer of a method of a RestApi.`,
    );
  }

  #greedyRoutes(): readonly string[] {
    const { all } = this.#props.requirements;
    return Object.keys(all).filter((key) => key.endsWith('+}') && all[key] !== 'public');
  }

  #missingRequirements(): readonly string[] {
    return this.node.root.node.findAll().flatMap((construct) => {
      const route = apiRouteOf(construct);
      if (route?.kind !== 'rest' || route.resource.authorizerId !== this.authorizerId) return [];
      return this.#props.requirements.faults([routeKeyOf(route)], apiOf(route));
    });
  }

  /** With a greedy resource or route, a decision that was cached for one path would apply to another. */
  #sharedDecisions(): string[] {
    if (!this.#attached || this.#props.resultsCacheKey === 'path') return [];
    const resources = greedyResourcePaths(this.node.root).map((path) => `The API has the resource ${path}`);
    const routes = this.#greedyRoutes().map((key) => `The route "${key}" is greedy`);
    return [...resources, ...routes].map((fault) => `${fault}: give the AuthorizerFunction resultsCacheKey "path".`);
  }
}

/** `addProxy` on the root also creates a method of the root. The route `/{proxy+}` covers it, so it must not stay open. */
function rootMethodOf({ resource, api, httpMethod }: Method): RestMethod | undefined {
  if (resource.parentResource !== api.root || !resource.path.endsWith('+}')) return undefined;
  const method = api.root.node.tryFindChild(httpMethod);
  const route = method && apiRouteOf(method);
  return route?.kind === 'rest' ? route : undefined;
}
