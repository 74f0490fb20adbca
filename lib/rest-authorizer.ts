/** The authorizer of a REST API, which exists in the template only if a method uses it. */
import { type Duration, Lazy } from 'aws-cdk-lib';
import { Authorizer, IdentitySource, type IRestApi, RequestAuthorizer } from 'aws-cdk-lib/aws-apigateway';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { ResultsCacheKey } from './authorizer-function-props.ts';
import { greedyResourcePaths } from './greedy-resources.ts';

export interface RestAuthorizerProps {
  readonly handler: IFunction;
  /** How long API Gateway caches a decision. */
  readonly resultsCacheTtl: Duration;
  /** The part of API Gateway's cache key that is added to the credential and the method. */
  readonly resultsCacheKey: ResultsCacheKey;
  /** The greedy routes that have an authorizer, such as `GET /foo/{proxy+}`. */
  readonly greedyRoutes: readonly string[];
}

/**
 * Creates CDK's `RequestAuthorizer` when the first method uses it, because CDK refuses one that no method uses. Reading
 * `authorizerId` creates nothing.
 */
export class RestAuthorizer extends Authorizer {
  override readonly authorizerId: string = Lazy.string({ produce: () => this.#idOfAttached() });
  readonly #props: RestAuthorizerProps;
  #attached: RequestAuthorizer | undefined;

  constructor(scope: Construct, id: string, props: RestAuthorizerProps) {
    super(scope, id);
    this.#props = props;
    this.node.addValidation({ validate: () => this.#sharedDecisions() });
  }

  /**
   * Called by each method that uses this authorizer.
   *
   * @internal
   */
  override _attachToApi(restApi: IRestApi): void {
    this.#attached ??= this.#create();
    this.#attached._attachToApi(restApi);
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

  /** With a greedy resource or route, a decision that was cached for one path would apply to another. */
  #sharedDecisions(): string[] {
    if (!this.#attached || this.#props.resultsCacheKey === 'path') return [];
    const resources = greedyResourcePaths(this.node.root).map((path) => `The API has the resource ${path}`);
    const routes = this.#props.greedyRoutes.map((key) => `The route "${key}" is greedy`);
    return [...resources, ...routes].map((fault) => `${fault}: give the AuthorizerFunction resultsCacheKey "path".`);
  }
}
