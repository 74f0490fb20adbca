/** The REST API of app specific passwords: the page for everyone, and the API behind the authorizer, whose decisions are not cached. */
import { Duration, Size } from 'aws-cdk-lib';
import {
  AuthorizationType,
  EndpointType,
  type IResource,
  LambdaIntegration,
  type Method,
  RestApi,
} from 'aws-cdk-lib/aws-apigateway';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { MANAGE_APP_PASSWORDS } from '../src/config/app-passwords.ts';
import { DEFAULTS } from '../src/config/defaults.ts';
import { addGatewayResponses } from './add-gateway-responses.ts';
import { apiRouteOf, routeKeyOf } from './api-route.ts';
import type { LinkedAuthorizer } from './app-passwords-link.ts';
import { errorCorsHeaders } from './cors.ts';
import { acknowledgeAuthorizer, acknowledgeOpenMethod, acknowledgeRestApi } from './nag-reasons.ts';
import { addPreflight } from './preflight.ts';
import { RestAuthorizer } from './rest-authorizer.ts';
import { RouteRequirements } from './route-requirements.ts';
import { type StageProps, stageOptions } from './stage-options.ts';

export interface AppPasswordsApiProps extends StageProps {
  readonly authorizer: LinkedAuthorizer;
  /** Serves the page. */
  readonly page: IFunction;
  /** Lists, creates and deletes. */
  readonly handler: IFunction;
  /** The origins of other pages that may call the API. */
  readonly allowOrigins: readonly string[];
}

const THROTTLE = { rate: DEFAULTS.jwksThrottleRate, burst: DEFAULTS.jwksThrottleBurst };
/** Smaller responses are not worth the time. */
const COMPRESSED_FROM = Size.kibibytes(1);
const PUBLIC = 'The page and its files are for everyone. They hold nothing about any user.';
const HEADERS = { 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' };

export class AppPasswordsApi extends Construct {
  readonly restApi: RestApi;
  readonly #props: AppPasswordsApiProps;

  constructor(scope: Construct, id: string, props: AppPasswordsApiProps) {
    super(scope, id);
    this.#props = props;
    this.restApi = new RestApi(this, 'Rest', {
      restApiName: scope.node.path,
      endpointTypes: [EndpointType.REGIONAL],
      cloudWatchRole: false,
      minCompressionSize: COMPRESSED_FROM,
      deployOptions: stageOptions(this, props, THROTTLE),
    });
    // The stack has an output for the URL, whose name does not change.
    this.restApi.node.tryRemoveChild('Endpoint');
    acknowledgeRestApi(this.restApi);
    this.#servePage();
    this.#guardApi();
    const { allowOrigins, authorizer } = props;
    addGatewayResponses(new Construct(this, 'Responses'), {
      restApi: this.restApi,
      audience: authorizer.props.audience,
      // Without another origin, no page of another origin may read anything.
      headers: { ...HEADERS, ...(allowOrigins.length > 0 && errorCorsHeaders({ allowOrigins })) },
    });
  }

  #servePage(): void {
    const { root } = this.restApi;
    const integration = new LambdaIntegration(this.#props.page, { scopePermissionToMethod: false });
    for (const resource of [root, root.addResource('{asset}')]) {
      for (const name of ['GET', 'HEAD']) {
        const method = resource.addMethod(name, integration, { authorizationType: AuthorizationType.NONE });
        acknowledgeOpenMethod(method, PUBLIC);
      }
    }
  }

  #guardApi(): void {
    const list = this.restApi.root.addResource('app-passwords');
    const one = list.addResource('{id}');
    const methods = [...this.#addMethods(list, ['GET', 'POST']), ...this.#addMethods(one, ['GET', 'DELETE'])];
    const routes = methods.flatMap((method) => {
      const route = apiRouteOf(method);
      return route?.kind === 'rest' ? [[method, route] as const] : [];
    });
    const required = routes.map(([, route]) => [routeKeyOf(route), [MANAGE_APP_PASSWORDS]]);
    const { handler, props } = this.#props.authorizer;
    const authorizer = new RestAuthorizer(this, 'Authorizer', {
      handler,
      // For synthesis only. The function recognizes this API by its id, and has no route for it.
      requirements: new RouteRequirements(Object.fromEntries(required), props),
      // A password that is deleted must not be accepted for longer, and a refusal must not outlive a new login.
      resultsCacheTtl: Duration.seconds(0),
      resultsCacheKey: 'path',
    });
    for (const [method, route] of routes) {
      authorizer.protect(route);
      acknowledgeAuthorizer(method);
    }
  }

  #addMethods(resource: IResource, names: readonly string[]): readonly Method[] {
    const { handler, allowOrigins } = this.#props;
    const integration = new LambdaIntegration(handler, { scopePermissionToMethod: false });
    if (allowOrigins.length > 0) addPreflight(resource, names, { allowOrigins });
    return names.map((name) => resource.addMethod(name, integration));
  }
}
