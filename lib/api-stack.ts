/** The stack of the tenant's set-up, the authorizer and the API behind it, in that order. */
import { CfnOutput, Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { LambdaIntegration, type RestApi } from 'aws-cdk-lib/aws-apigateway';
import type { IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Architecture, type IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { basicOffer } from '../src/config/challenges.ts';
import type { Configuration } from '../src/config/configuration.ts';
import { RouteMap } from '../src/core/routes.ts';
import { allowedHeaders, exampleOf, principalTokenOptions, resourcesOf } from './api-stack-options.ts';
import { AppPasswords } from './app-passwords.ts';
import { appPasswordsOptions, importBus } from './app-passwords-options.ts';
import { Auth0Setup } from './auth0-setup.ts';
import { AuthorizerAlarms } from './authorizer-alarms.ts';
import { AuthorizerFunction } from './authorizer-function.ts';
import { BackendProxy } from './backend-proxy.ts';
import { optionsOf } from './configured-options.ts';
import { setFunctionOptions } from './function-options.ts';
import { GuardedApi } from './guarded-api.ts';
import { IpRateRule } from './ip-rate-rule.ts';
import type { AdditionalIssuer } from './issuer-props.ts';
import { KeyRotation } from './key-rotation.ts';
import { urlOfMetadata } from './protected-resource.ts';
import { ResourceMetadata } from './resource-metadata.ts';
import { RotationAlarms } from './rotation-alarms.ts';
import { importSecret } from './secret-id.ts';
import { ServiceFunction } from './service-function.ts';
import type { SigningKey } from './signing-key.ts';

export interface ApiStackProps extends StackProps {
  readonly configuration: Configuration;
  readonly signingKey: SigningKey;
  /** URL of the JWKS with the public half of the signing key. */
  readonly jwksUrl: string;
}

export class ApiStack extends Stack {
  readonly #configuration: Configuration;
  readonly #signingKey: SigningKey;
  readonly #passwordGrantSecret: ISecret | undefined;

  constructor(scope: Construct, id: string, props: ApiStackProps) {
    super(scope, id, props);
    const { configuration, signingKey, jwksUrl } = props;
    setFunctionOptions(this, optionsOf(configuration, signingKey.encryptionKey));
    this.#configuration = configuration;
    this.#signingKey = signingKey;
    this.#passwordGrantSecret = this.#importSecret('PasswordGrantSecret', configuration.passwordGrantSecret);
    const setup = this.#setup(jwksUrl);
    const authorizer = this.#authorizer();
    // When the audience changes, the authorizer changes after the new one is set up and before the old one is restored.
    authorizer.node.addDependency(setup);
    this.#outputPrincipalToken(authorizer);
    const rotation = this.#rotation(setup);
    const actions = this.#alarmActions();
    new RotationAlarms(this, 'RotationAlarms', { rotation, actions });
    const { restApi } = this.#api(authorizer);
    const appPasswords = this.#appPasswords(authorizer, exampleOf(configuration, restApi.url), actions);
    new AuthorizerAlarms(this, 'Alarms', { authorizer, actions, restApi, ...(appPasswords && { appPasswords }) });
    if (authorizer.resourceMetadata) {
      const { url } = new ResourceMetadata(this, 'ResourceMetadata', { api: restApi, authorizer });
      new CfnOutput(this, 'ResourceMetadataUrl', { value: url });
    }
    new CfnOutput(this, 'ApiUrl', { value: restApi.url });
    new CfnOutput(this, 'AuthorizerFunctionArn', { value: authorizer.function.functionArn });
    new CfnOutput(this, 'RevocationQueueUrl', { value: authorizer.revocation.queue.queueUrl });
    new CfnOutput(this, 'KeyRotationFunctionArn', { value: rotation.function.functionArn });
    if (configuration.keyDelivery === 'wellKnown') this.#outputWellKnownUrl();
    new CfnOutput(this, 'Auth0Warnings', { value: setup.warnings });
  }

  #setup(jwksUrl: string): Auth0Setup {
    const { issuer, audience, audiences, managementDomain, ...configuration } = this.#configuration;
    return new Auth0Setup(this, 'Auth0Setup', {
      tenantUrl: managementDomain ?? issuer,
      issuer,
      audience,
      audiences,
      signingKey: this.#signingKey,
      managementSecret: importSecret(this, 'ManagementSecret', configuration.managementSecret),
      passwordGrantSecret: this.#passwordGrantSecret,
      keyDelivery: configuration.keyDelivery,
      keyFormat: configuration.keyFormat,
      jwksUrl,
      replaceKey: configuration.replaceKey,
      refresh: configuration.refresh,
      grantClientId: configuration.grantClientId,
      createResourceServer: configuration.createResourceServer,
      removalPolicy: configuration.removeCreated ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
      ...(configuration.appPasswords && {
        appPasswordsClientId: configuration.appPasswordsClientId,
        offerAppPasswords: true,
      }),
      scopes: new RouteMap(configuration.routes).scopes,
    });
  }

  #rotation(setup: Auth0Setup): KeyRotation {
    return new KeyRotation(this, 'KeyRotation', {
      setup,
      automaticallyAfter: Duration.days(this.#configuration.rotationDays),
      jwksMaxAge: Duration.seconds(this.#configuration.jwksCacheSeconds),
    });
  }

  #alarmActions(): readonly IAlarmAction[] {
    const { alarmTopicArn } = this.#configuration;
    return alarmTopicArn === undefined ? [] : [new SnsAction(Topic.fromTopicArn(this, 'AlarmTopic', alarmTopicArn))];
  }

  #appPasswords(
    authorizer: AuthorizerFunction,
    example: ReturnType<typeof exampleOf>,
    alarmActions: readonly IAlarmAction[],
  ) {
    const options = appPasswordsOptions(this, this.#configuration);
    if (!options) return undefined;
    const appPasswords = new AppPasswords(this, 'AppPasswords', { ...options, ...example, authorizer, alarmActions });
    this.#limitAddresses(appPasswords.restApi);
    new CfnOutput(this, 'AppPasswordsUrl', {
      description:
        'The page for app specific passwords. Add it to the callback URLs, logout URLs and web origins of its client.',
      value: appPasswords.url,
    });
    new CfnOutput(this, 'AppPasswordsFunctionArn', { value: appPasswords.function.functionArn });
    return appPasswords;
  }

  /** Passwords could be guessed at this API too, which has the same authorizer. */
  #limitAddresses(restApi: RestApi): void {
    const { ipRateLimit } = this.#configuration;
    if (ipRateLimit === undefined) return;
    const stage = restApi.deploymentStage;
    new IpRateRule(this, 'AppPasswordsIpRate', { stage, requestsPerFiveMinutes: ipRateLimit });
  }

  #authorizer(): AuthorizerFunction {
    const configuration = this.#configuration;
    const hasGreedyResource = [...resourcesOf(configuration).keys()].some((path) => path.endsWith('+}'));
    return new AuthorizerFunction(this, 'Authorizer', {
      issuer: configuration.issuer,
      issuers: this.#additionalIssuers(),
      audience: configuration.audience,
      audiences: configuration.audiences,
      signingKey: this.#signingKey,
      passwordGrantSecret: this.#passwordGrantSecret,
      routes: configuration.routes,
      basicOrder: configuration.basicOrder,
      basicTokenUsers: configuration.basicTokenUsers,
      dpop: configuration.dpop,
      mtls: configuration.mtls,
      publicUrl: configuration.publicUrl,
      resourceMetadata: configuration.resourceMetadata,
      allowedOrganizations: configuration.allowedOrganizations,
      contextClaims: configuration.contextClaims,
      ...principalTokenOptions(configuration),
      permissionsAsScopes: configuration.permissionsAsScopes,
      introspectJwts: configuration.introspectJwts,
      cacheTtl: Duration.seconds(configuration.cacheTtlSeconds),
      negativeTtl: Duration.seconds(configuration.negativeTtlSeconds),
      staleIfError: Duration.seconds(configuration.staleIfErrorSeconds),
      resultsCacheTtl: Duration.seconds(configuration.gatewayTtlSeconds),
      resultsCacheKey: hasGreedyResource ? 'path' : 'resourcePath',
      uncachedScopes: configuration.uncachedScopes,
      viewerAddressHeader: configuration.viewerAddressHeader,
      originSecret: this.#importSecret('OriginSecret', configuration.originSecret),
      logSubject: configuration.logSubject,
      sharedCache: configuration.sharedCache,
      revokeJwts: configuration.revokeJwts,
      revocationInterval: Duration.seconds(configuration.revocationSeconds),
      maxJwtLifetime: Duration.seconds(configuration.maxJwtLifetimeSeconds),
      logEventBus: importBus(this, 'LogEventBus', configuration.logEventBus),
      memorySize: configuration.memorySize,
      provisionedConcurrency: configuration.provisionedConcurrency,
      architecture: configuration.architecture === 'arm64' ? Architecture.ARM_64 : Architecture.X86_64,
    });
  }

  #additionalIssuers(): readonly AdditionalIssuer[] {
    return this.#configuration.issuers.map(({ clientSecret, ...issuer }, index) => ({
      ...issuer,
      clientSecret: this.#importSecret(`Issuer${index}ClientSecret`, clientSecret),
    }));
  }

  #api(authorizer: AuthorizerFunction): GuardedApi {
    const { audience, accessLog, ipRateLimit, backendUrl, dpop } = this.#configuration;
    const backend = backendUrl === undefined ? this.#demoApi() : this.#backendProxy(backendUrl);
    return new GuardedApi(this, 'Api', {
      authorizer: authorizer.restAuthorizer,
      integration: new LambdaIntegration(backend, { scopePermissionToMethod: false }),
      resources: resourcesOf(this.#configuration),
      challenges: {
        audience,
        basicChallenge: basicOffer(this.#configuration),
        dpop,
        resourceMetadataUrl: urlOfMetadata(authorizer.resourceMetadata),
      },
      accessLog,
      allowOrigins: this.#configuration.corsAllowOrigins,
      allowHeaders: allowedHeaders(this.#configuration),
      throttlingRateLimit: this.#configuration.throttleRate,
      throttlingBurstLimit: this.#configuration.throttleBurst,
      ipRateLimit,
      catchAll: this.#configuration.catchAll,
      isBinary: backendUrl !== undefined,
    });
  }

  #demoApi(): IFunction {
    return new ServiceFunction(this, 'DemoApi', { folder: 'demo-api', description: 'Responds for the demo API.' })
      .function;
  }

  #backendProxy(backendUrl: string): IFunction {
    const { encryptionKey } = this.#signingKey;
    const proxy = new BackendProxy(this, 'Backend', { backendUrl, encryptionKey });
    new CfnOutput(this, 'GatewaySecretArn', { value: proxy.gatewaySecretArn });
    return proxy.function;
  }

  /** What a backend must know to verify the tokens. */
  #outputPrincipalToken({ principalToken }: AuthorizerFunction): void {
    if (!principalToken) return;
    new CfnOutput(this, 'PrincipalTokenIssuer', { value: principalToken.issuer });
    new CfnOutput(this, 'PrincipalTokenJwksUrl', { value: principalToken.jwksUrl });
    new CfnOutput(this, 'PrincipalTokenSecretArn', { value: principalToken.secretArn });
    new CfnOutput(this, 'PrincipalTokenFunctionArn', { value: principalToken.function.functionArn });
  }

  /** The tenant fetches the JWKS from each identifier's own origin, which this stack cannot change. */
  #outputWellKnownUrl(): void {
    const { audience, audiences } = this.#configuration;
    const urls = [audience, ...audiences].map((identifier) => new URL('/.well-known/jwks.json', identifier).href);
    new CfnOutput(this, 'WellKnownUrl', {
      description: 'Make this address pass requests on to JwksUrl, then check it: npx asp check-well-known.',
      value: [...new Set(urls)].join(', '),
    });
  }

  #importSecret(id: string, secretId: string | undefined): ISecret | undefined {
    return secretId === undefined ? undefined : importSecret(this, id, secretId);
  }
}
