/** A REST API whose methods are behind the authorizer, with a throttled stage, gateway responses and preflights. */
import { Stack } from 'aws-cdk-lib';
import {
  AuthorizationType,
  EndpointType,
  type IAuthorizer,
  type Integration,
  RestApi,
} from 'aws-cdk-lib/aws-apigateway';
import { Construct } from 'constructs';
import type { ChallengeSettings } from '../src/config/challenges.ts';
import { DEFAULTS } from '../src/config/defaults.ts';
import { addCatchAll } from './catch-all.ts';
import type { Cors } from './cors.ts';
import { GatewayResponses } from './gateway-responses.ts';
import { IpRateRule } from './ip-rate-rule.ts';
import { acknowledgeAuthorizer, acknowledgeOpenMethod, acknowledgeRestApi } from './nag-reasons.ts';
import { addPreflight } from './preflight.ts';
import { type StageProps, stageOptions } from './stage-options.ts';

/** The methods of one resource. */
export interface GuardedMethods {
  /** Behind the authorizer. */
  readonly guarded: readonly string[];
  /** Open to everyone. */
  readonly public: readonly string[];
}

export interface GuardedApiProps extends Cors, StageProps {
  /** The authorizer of every guarded method. */
  readonly authorizer: IAuthorizer;

  /** The integration of every method. */
  readonly integration: Integration;

  /** The methods of each resource path, such as `/foo/{id}`. */
  readonly resources: ReadonlyMap<string, GuardedMethods>;

  /** What the challenges say. */
  readonly challenges: ChallengeSettings;

  /**
   * How many requests one IP address may send in five minutes.
   *
   * @default - no limit and no web ACL
   */
  readonly ipRateLimit?: number | undefined;

  /**
   * Respond 404 to what no route names. Without it, API Gateway responds 403 if such a request has an `Authorization` header.
   *
   * @default true
   */
  readonly catchAll?: boolean;

  /**
   * Pass bodies on as bytes rather than as text.
   *
   * @default false
   */
  readonly isBinary?: boolean;
}

export class GuardedApi extends Construct {
  /** The API itself. */
  readonly restApi: RestApi;

  constructor(scope: Construct, id: string, props: GuardedApiProps) {
    super(scope, id);
    const { ipRateLimit, isBinary = false } = props;
    this.restApi = new RestApi(this, 'Rest', {
      restApiName: Stack.of(this).stackName,
      endpointTypes: [EndpointType.REGIONAL],
      cloudWatchRole: false,
      deployOptions: stageOptions(this, props, { rate: DEFAULTS.throttleRate, burst: DEFAULTS.throttleBurst }),
      ...(isBinary && { binaryMediaTypes: ['*/*'] }),
    });
    // The stack has an output for the URL, whose name does not change.
    this.restApi.node.tryRemoveChild('Endpoint');
    acknowledgeRestApi(this.restApi, ipRateLimit !== undefined);
    for (const [path, methods] of props.resources) this.#addResource(path, methods, props);
    if (props.catchAll ?? true) addCatchAll(this.restApi, props.resources, props);
    if (ipRateLimit !== undefined) {
      const stage = this.restApi.deploymentStage;
      new IpRateRule(this, 'IpRate', { stage, requestsPerFiveMinutes: ipRateLimit });
    }
    const { allowOrigins = DEFAULTS.corsAllowOrigins } = props;
    new GatewayResponses(this, 'Responses', { ...props.challenges, restApi: this.restApi, allowOrigins });
  }

  #addResource(
    path: string,
    { guarded, public: publicMethods }: GuardedMethods,
    { integration, authorizer, ...cors }: GuardedApiProps,
  ): void {
    const resource = this.restApi.root.resourceForPath(path);
    for (const name of guarded) {
      const authorizationType = AuthorizationType.CUSTOM;
      acknowledgeAuthorizer(resource.addMethod(name, integration, { authorizer, authorizationType }));
    }
    for (const name of publicMethods) {
      const method = resource.addMethod(name, integration, { authorizationType: AuthorizationType.NONE });
      acknowledgeOpenMethod(method, 'The operator has made this route public.');
    }
    addPreflight(resource, [...guarded, ...publicMethods], cors);
  }
}
