import { Auth0Authorizer, BackendProxy } from 'auth0-api-authorizer';
import * as cdk from 'aws-cdk-lib';
import { LambdaIntegration, RestApi } from 'aws-cdk-lib/aws-apigateway';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';

export class HttpBackendStack extends cdk.Stack {
  constructor(scope: Construct, id: string, props?: cdk.StackProps) {
    super(scope, id, props);
    const auth = new Auth0Authorizer(this, 'Auth', {
      issuer: this.node.getContext('issuer'),
      audience: this.node.getContext('audience'),
      managementSecret: Secret.fromSecretNameV2(this, 'Management', this.node.getContext('managementSecret')),
      // Every path of the backend that callers may use. All others are denied.
      routes: {
        'GET /orders': ['read:orders'],
        'POST /orders': ['create:orders'],
        'ANY /admin/{proxy+}': ['admin'],
      },
    });

    const backend = new BackendProxy(this, 'Backend', { backendUrl: this.node.getContext('backendUrl') });
    const restApi = new RestApi(this, 'Api', {
      cloudWatchRole: false,
      binaryMediaTypes: ['*/*'],
      defaultIntegration: new LambdaIntegration(backend.function),
      defaultMethodOptions: { authorizer: auth.restAuthorizer },
    });
    restApi.root.addMethod('ANY');
    restApi.root.addProxy();
    auth.addGatewayResponses(restApi);

    new cdk.CfnOutput(this, 'GatewaySecretArn', {
      description: 'The backend must refuse requests whose x-gateway-secret is not the value of this secret.',
      value: backend.gatewaySecretArn,
    });
  }
}
