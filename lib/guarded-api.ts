/** A REST API whose methods are behind the authorizer, with a throttled stage, gateway responses and preflights. */
import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  AccessLogField,
  AccessLogFormat,
  AuthorizationType,
  EndpointType,
  type IAuthorizer,
  type Integration,
  LogGroupLogDestination,
  RestApi,
  type StageOptions,
} from 'aws-cdk-lib/aws-apigateway';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { GatewayResponses } from './gateway-responses.ts';
import { IpRateRule } from './ip-rate-rule.ts';
import { acknowledgeAuthorizer, acknowledgeOpenMethod, acknowledgeRestApi } from './nag-reasons.ts';
import { addPreflight } from './preflight.ts';

/** The methods of one resource. */
export interface GuardedMethods {
  /** Behind the authorizer. */
  readonly guarded: readonly string[];
  /** Open to everyone. */
  readonly public: readonly string[];
}

export interface GuardedApiProps {
  /** The authorizer of every guarded method. */
  readonly authorizer: IAuthorizer;

  /** The integration of every method. */
  readonly integration: Integration;

  /** The methods of each resource path, such as `/foo/{id}`. */
  readonly resources: ReadonlyMap<string, GuardedMethods>;

  /** The resource server's identifier, which is the realm of a challenge. */
  readonly audience: string;

  /**
   * Offer Basic beside Bearer in a 401. Browsers then ask their user for a password.
   *
   * @default false
   */
  readonly basicChallenge?: boolean;

  /**
   * Write an access log. The account needs a CloudWatch role for API Gateway.
   *
   * @default false
   */
  readonly accessLog?: boolean;

  /**
   * How many requests one IP address may send in five minutes.
   *
   * @default - no limit and no web ACL
   */
  readonly ipRateLimit?: number | undefined;

  /**
   * Pass bodies on as bytes rather than as text.
   *
   * @default false
   */
  readonly isBinary?: boolean;
}

/** For all callers together. Above these limits the response is 429, and no function runs. */
const THROTTLING = { throttlingRateLimit: 500, throttlingBurstLimit: 1000 };

/** It contains neither the caller's path nor the caller's headers, so no secret. */
const ACCESS_LOG_FORMAT = AccessLogFormat.custom(
  JSON.stringify({
    requestId: AccessLogField.contextRequestId(),
    ip: AccessLogField.contextIdentitySourceIp(),
    method: AccessLogField.contextHttpMethod(),
    resourcePath: AccessLogField.contextResourcePath(),
    status: AccessLogField.contextStatus(),
    authorizerStatus: AccessLogField.contextAuthorizerStatus(),
    responseType: AccessLogField.contextErrorResponseType(),
    responseMs: AccessLogField.contextResponseLatency(),
  }),
);

export class GuardedApi extends Construct {
  /** The API itself. */
  readonly restApi: RestApi;

  constructor(scope: Construct, id: string, props: GuardedApiProps) {
    super(scope, id);
    const { audience, basicChallenge = false, accessLog = false, ipRateLimit, isBinary = false } = props;
    this.restApi = new RestApi(this, 'Rest', {
      restApiName: Stack.of(this).stackName,
      endpointTypes: [EndpointType.REGIONAL],
      cloudWatchRole: false,
      deployOptions: { ...THROTTLING, ...(accessLog && this.#accessLog()) },
      ...(isBinary && { binaryMediaTypes: ['*/*'] }),
    });
    // The stack has an output for the URL, whose name does not change.
    this.restApi.node.tryRemoveChild('Endpoint');
    acknowledgeRestApi(this.restApi, ipRateLimit !== undefined);
    for (const [path, methods] of props.resources) this.#addResource(path, methods, props);
    if (ipRateLimit !== undefined) {
      const stage = this.restApi.deploymentStage;
      new IpRateRule(this, 'IpRate', { stage, requestsPerFiveMinutes: ipRateLimit });
    }
    new GatewayResponses(this, 'Responses', { restApi: this.restApi, audience, basicChallenge });
  }

  #addResource(
    path: string,
    { guarded, public: publicMethods }: GuardedMethods,
    { integration, authorizer }: GuardedApiProps,
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
    addPreflight(resource, [...guarded, ...publicMethods]);
  }

  #accessLog(): StageOptions {
    const logGroup = new LogGroup(this, 'AccessLog', {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    return { accessLogDestination: new LogGroupLogDestination(logGroup), accessLogFormat: ACCESS_LOG_FORMAT };
  }
}
