/** The stack of the tenant's set-up, the authorizer and the API behind it, in that order. */
import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import { LambdaIntegration } from 'aws-cdk-lib/aws-apigateway';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { Configuration } from '../src/config/configuration.ts';
import { RouteMap } from '../src/core/routes.ts';
import { resourcesBeforeBackend, resourcesOfRoutes } from './api-resources.ts';
import { Auth0Setup } from './auth0-setup.ts';
import { AuthorizerFunction } from './authorizer-function.ts';
import { BackendProxy } from './backend-proxy.ts';
import { GuardedApi } from './guarded-api.ts';
import { KeyRotation } from './key-rotation.ts';
import { ServiceFunction } from './service-function.ts';
import type { SigningKey } from './signing-key.ts';

export interface ApiStackProps extends StackProps {
  readonly configuration: Configuration;
  readonly signingKey: SigningKey;
  /** Where its public half is served. */
  readonly jwksUrl: string;
}

export class ApiStack extends Stack {
  constructor(scope: Construct, id: string, props: ApiStackProps) {
    super(scope, id, props);
    const { configuration, signingKey } = props;
    const setup = this.#setup(props);
    const authorizer = this.#authorizer(configuration, signingKey);
    // The authorizer moves to a new audience after it is set up, and before the old one is put back.
    authorizer.node.addDependency(setup);
    const rotation = this.#rotation(props, setup);
    const backend = this.#backend(configuration, signingKey);
    const { restApi } = new GuardedApi(this, 'Api', {
      ...configuration,
      authorizer: authorizer.restAuthorizer,
      integration: new LambdaIntegration(backend, { scopePermissionToMethod: false }),
      resources: resourcesOf(configuration),
      isBinary: configuration.backendUrl !== undefined,
    });
    new CfnOutput(this, 'ApiUrl', { value: restApi.url });
    new CfnOutput(this, 'AuthorizerFunctionArn', { value: authorizer.function.functionArn });
    new CfnOutput(this, 'KeyRotationFunctionArn', { value: rotation.function.functionArn });
    if (configuration.keyDelivery === 'wellKnown') this.#sayWhatToPointAtTheJwks(configuration);
    new CfnOutput(this, 'Auth0Warnings', { value: setup.warnings });
  }

  #setup({ configuration, signingKey, jwksUrl }: ApiStackProps): Auth0Setup {
    return new Auth0Setup(this, 'Auth0Setup', {
      ...configuration,
      signingKey,
      jwksUrl,
      tenantUrl: configuration.managementDomain ?? configuration.issuer,
      scopes: new RouteMap(configuration.routes).scopes,
    });
  }

  /** The tenant looks at the identifier's own origin, which is not ours to change. */
  #sayWhatToPointAtTheJwks({ audience }: Configuration): void {
    new CfnOutput(this, 'WellKnownUrl', {
      description: 'Let this address pass requests on to JwksUrl, and see that it does: npm run check-well-known.',
      value: new URL('/.well-known/jwks.json', audience).href,
    });
  }

  #rotation({ configuration, signingKey, jwksUrl }: ApiStackProps, setup: Auth0Setup): KeyRotation {
    return new KeyRotation(this, 'KeyRotation', {
      ...configuration,
      signingKey,
      setup,
      jwksUrl,
      tenantUrl: configuration.managementDomain ?? configuration.issuer,
    });
  }

  #authorizer(configuration: Configuration, signingKey: SigningKey): AuthorizerFunction {
    return new AuthorizerFunction(this, 'Authorizer', {
      ...configuration,
      signingKey,
      keepAnswersBy: [...resourcesOf(configuration).keys()].some((path) => path.endsWith('+}'))
        ? 'path'
        : 'resourcePath',
    });
  }

  #backend({ backendUrl }: Configuration, { encryptionKey }: SigningKey): IFunction {
    if (backendUrl === undefined) {
      const description = 'Answers for the demo API.';
      return new ServiceFunction(this, 'DemoApi', { folder: 'demo-api', description }).function;
    }
    const proxy = new BackendProxy(this, 'Backend', { backendUrl, encryptionKey });
    new CfnOutput(this, 'GatewaySecretArn', { value: proxy.gatewaySecretArn });
    return proxy.function;
  }
}

function resourcesOf({ routes, backendUrl }: Configuration) {
  return backendUrl === undefined ? resourcesOfRoutes(routes) : resourcesBeforeBackend(routes);
}
