/**
 * Everything that an API needs to accept the credentials of a tenant's users, in one construct: the signing key, the tenant's set-up,
 * the authorizer, the key's rotation, and alarms. Each part is a construct of its own that can also be used alone.
 */
import { CfnOutput, Duration, Lazy } from 'aws-cdk-lib';
import type { IAuthorizer, RestApiBase } from 'aws-cdk-lib/aws-apigateway';
import type { HttpApi, IHttpRouteAuthorizer, IWebSocketRouteAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2';
import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import type { Alias, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { basicOffer } from '../src/config/challenges.ts';
import { DEFAULTS } from '../src/config/defaults.ts';
import { isByUrl } from '../src/core/key-delivery.ts';
import { RouteMap } from '../src/core/routes.ts';
import type { ApiRoute } from './api-route.ts';
import { AppPasswords } from './app-passwords.ts';
import type { AppPasswordsOptions } from './app-passwords-props.ts';
import type { Auth0AuthorizerProps } from './auth0-authorizer-props.ts';
import { Auth0Setup } from './auth0-setup.ts';
import { AuthorizerAlarms } from './authorizer-alarms.ts';
import { AuthorizerFunction } from './authorizer-function.ts';
import { AuthorizerMetrics } from './authorizer-metrics.ts';
import { invalidProp } from './check-prop.ts';
import { GatewayResponses, type GatewayResponsesOptions } from './gateway-responses.ts';
import { JwksEndpoint } from './jwks-endpoint.ts';
import { KeyRotation } from './key-rotation.ts';
import { urlOfMetadata } from './protected-resource.ts';
import { ResourceMetadata, type ResourceMetadataOptions } from './resource-metadata.ts';
import type { Revocation } from './revocation.ts';
import { RotationAlarms } from './rotation-alarms.ts';
import type { RouteRequirement } from './route-requirements.ts';
import { SigningKey } from './signing-key.ts';

/**
 * Puts an API behind an authorizer for every credential that an Auth0 user may have, and sets up the tenant for it.
 *
 * @example
 * const managementSecret = Secret.fromSecretNameV2(this, 'Management', 'auth0/management');
 * const auth = new Auth0Authorizer(this, 'Auth', { issuer, audience, managementSecret });
 * auth.protect(restApi.root.addResource('orders').addMethod('GET', integration), ['read:orders']);
 * auth.addGatewayResponses(restApi);
 */
export class Auth0Authorizer extends AuthorizerMetrics {
  /** The resource server's identifier. */
  readonly audience: string;

  /** The key pair with which the resource server authenticates to the tenant. */
  readonly signingKey: SigningKey;

  /** Serves the public keys, if `serveJwks` says so. */
  readonly jwks: JwksEndpoint | undefined;

  /** The set-up of the tenant, if there is a `managementSecret`. */
  readonly setup: Auth0Setup | undefined;

  /** The authorizer itself, with its metrics. */
  readonly authorizer: AuthorizerFunction;

  /** The rotation of the key, if there is a `managementSecret`. */
  readonly rotation: KeyRotation | undefined;

  /** Alarms and a dashboard over the decisions. */
  readonly alarms: AuthorizerAlarms;

  /** Alarms over failed rotations, if there is a `managementSecret`. */
  readonly rotationAlarms: RotationAlarms | undefined;

  readonly #challenges: Pick<GatewayResponsesOptions, 'basicChallenge' | 'dpop'>;

  /** @throws ConfigurationError `configuration_invalid` */
  constructor(scope: Construct, id: string, props: Auth0AuthorizerProps) {
    super(scope, id);
    this.#checkProps(props);
    this.audience = props.audience;
    const { basicTokenUsers = [], dpop } = props;
    this.#challenges = { basicChallenge: basicOffer({ basicChallenge: false, basicTokenUsers }), dpop };
    this.signingKey = new SigningKey(this, 'SigningKey', { encryptionKey: props.encryptionKey });
    this.authorizer = new AuthorizerFunction(this, 'Authorizer', { ...props, signingKey: this.signingKey });
    new CfnOutput(this, 'RevocationQueueUrl', {
      description: 'Where to report revocations: asp revoke --queue.',
      value: this.authorizer.revocation.queue.queueUrl,
    });
    this.jwks = this.#jwks(props);
    this.setup = this.#setup(props);
    this.rotation = this.#rotation(props);
    const actions = props.alarmActions ?? [];
    this.alarms = new AuthorizerAlarms(this, 'Alarms', { authorizer: this.authorizer, actions });
    this.rotationAlarms =
      this.rotation && new RotationAlarms(this, 'RotationAlarms', { rotation: this.rotation, actions });
  }

  /** The Lambda function behind every authorizer below. */
  get function(): LambdaFunction {
    return this.authorizer.function;
  }

  /** What the APIs call instead of the function, if there is an `aliasName`. */
  get alias(): Alias | undefined {
    return this.authorizer.alias;
  }

  /** Makes revocations take effect in seconds. */
  get revocation(): Revocation {
    return this.authorizer.revocation;
  }

  /** Authorizer for the methods of one REST API, for example as a default for all of them. `protect` uses it by itself. */
  get restAuthorizer(): IAuthorizer {
    return this.authorizer.restAuthorizer;
  }

  /** Authorizer for the routes of HTTP APIs. `protect` uses it by itself. */
  get httpAuthorizer(): IHttpRouteAuthorizer {
    return this.authorizer.httpAuthorizer;
  }

  /** Authorizer for the `$connect` route of WebSocket APIs. `protect` uses it by itself. */
  get webSocketAuthorizer(): IWebSocketRouteAuthorizer {
    return this.authorizer.webSocketAuthorizer;
  }

  /**
   * Puts a route behind the authorizer, and says what it requires.
   *
   * @param routes what `addMethod` of a REST API, `addRoutes` of an HTTP API or `addRoute` of a WebSocket API returned
   * @param requirement `['read:orders']` requires all scopes of the list, `{ anyOf: [...] }` one of them, and `[]` accepts every
   *   principal. `{ allOf: [...], audience }` accepts only tokens for this one of several audiences, and so does `anyOf`
   * @throws ConfigurationError `configuration_invalid`
   */
  protect(routes: ApiRoute | readonly ApiRoute[], requirement: RouteRequirement): void {
    this.authorizer.protect(routes, requirement);
  }

  /**
   * Sends the 401, 403, 404 and 503 of a REST API as problem documents, with challenges and `Retry-After`. Without it, the API sends
   * the messages of API Gateway, and 500 instead of 503.
   *
   * @param options `basicChallenge` is `first` by default if there are `basicTokenUsers`, and `dpop` is that of the authorizer
   */
  addGatewayResponses(restApi: RestApiBase, options: GatewayResponsesOptions = {}): GatewayResponses {
    const { audience, resourceMetadata } = this.authorizer;
    return new GatewayResponses(restApi, 'Auth0Responses', {
      ...this.#challenges,
      ...options,
      restApi,
      audience,
      resourceMetadataUrl: urlOfMetadata(resourceMetadata),
    });
  }

  /**
   * Serves the metadata by which clients find the issuer (RFC 9728), from a REST API or an HTTP API. Requires the prop
   * `resourceMetadata`.
   *
   * @throws ConfigurationError `configuration_invalid`
   */
  addResourceMetadata(api: RestApiBase | HttpApi, options: ResourceMetadataOptions = {}): ResourceMetadata {
    return new ResourceMetadata(api, 'Auth0ResourceMetadata', { ...options, api, authorizer: this.authorizer });
  }

  /**
   * Lets users create, see and delete their own app specific passwords. With a `managementSecret`, set `offerAppPasswords` and
   * `appPasswordsClientId` of `setup`, so that the deployment prepares the tenant for it.
   *
   * @throws ConfigurationError `configuration_invalid`
   */
  addAppPasswords(options: AppPasswordsOptions): AppPasswords {
    const { tenantUrl = this.setup?.tenantUrl } = options;
    return new AppPasswords(this, 'AppPasswords', { ...options, tenantUrl, authorizer: this.authorizer });
  }

  /**
   * Lets somebody call the authorizer's function, for example an API that is not defined with the CDK.
   *
   * @param grantee such as `new ServicePrincipal('apigateway.amazonaws.com')`
   */
  grantInvoke(grantee: IGrantable): Grant {
    return this.authorizer.grantInvoke(grantee);
  }

  #checkProps({ managementSecret, authorizationServer, setup, rotateAfter }: Auth0AuthorizerProps): void {
    if (managementSecret && authorizationServer) {
      throw invalidProp(
        this,
        'authorizationServer: only an Auth0 tenant can be set up. Leave out managementSecret, and register the public key at the server yourself.',
      );
    }
    if (managementSecret) return;
    const needing = Object.entries({ setup, rotateAfter }).find(([, value]) => value !== undefined);
    if (!needing) return;
    throw invalidProp(
      this,
      `${needing[0]}: requires managementSecret, the secret of the client that may change the tenant. Set it, or leave out ${needing[0]}.`,
    );
  }

  #jwks({ serveJwks, setup, jwksMaxAge }: Auth0AuthorizerProps): JwksEndpoint | undefined {
    const isServed = serveJwks ?? isByUrl(setup?.keyDelivery ?? DEFAULTS.keyDelivery);
    if (!isServed) return undefined;
    return new JwksEndpoint(this, 'Jwks', { signingKey: this.signingKey, ...(jwksMaxAge && { jwksMaxAge }) });
  }

  #setup({
    managementSecret,
    issuer,
    audience,
    audiences,
    passwordGrantSecret,
    setup,
  }: Auth0AuthorizerProps): Auth0Setup | undefined {
    if (!managementSecret) return undefined;
    const auth0Setup = new Auth0Setup(this, 'Setup', {
      ...setup,
      tenantUrl: setup?.tenantUrl ?? issuer,
      issuer,
      audience,
      audiences,
      signingKey: this.signingKey,
      managementSecret,
      passwordGrantSecret,
      jwksUrl: this.jwks?.url,
      scopes: Lazy.list({ produce: () => [...new RouteMap(this.authorizer.routes).scopes] }, { omitEmpty: true }),
    });
    // When the audience changes, the authorizer changes after the new one is set up and before the old one is restored.
    this.authorizer.node.addDependency(auth0Setup);
    new CfnOutput(this, 'Warnings', { description: 'What to fix in the Auth0 tenant.', value: auth0Setup.warnings });
    return auth0Setup;
  }

  #rotation({ rotateAfter, jwksMaxAge }: Auth0AuthorizerProps): KeyRotation | undefined {
    if (!this.setup) return undefined;
    return new KeyRotation(this, 'KeyRotation', {
      setup: this.setup,
      automaticallyAfter: rotateAfter ?? Duration.days(DEFAULTS.rotationDays),
      ...(jwksMaxAge && { jwksMaxAge }),
    });
  }
}
