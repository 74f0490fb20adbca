import { Auth0Authorizer } from 'auth0-api-authorizer';
import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import { Cors, LambdaIntegration, RestApi } from 'aws-cdk-lib/aws-apigateway';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';

/** Responds with what the authorizer says about the caller. */
const ORDERS = `exports.handler = async ({ requestContext }) => ({
  statusCode: 200,
  body: JSON.stringify({ orders: [], caller: requestContext.authorizer.sub }),
});`;

export class RestApiStack extends Stack {
  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);
    const auth = new Auth0Authorizer(this, 'Auth', {
      issuer: this.node.getContext('issuer'),
      audience: this.node.getContext('audience'),
      managementSecret: Secret.fromSecretNameV2(this, 'Management', this.node.getContext('managementSecret')),
    });

    const handler = new LambdaFunction(this, 'Orders', {
      runtime: Runtime.NODEJS_24_X,
      handler: 'index.handler',
      code: Code.fromInline(ORDERS),
    });
    const restApi = new RestApi(this, 'Api', {
      cloudWatchRole: false,
      defaultIntegration: new LambdaIntegration(handler),
      defaultCorsPreflightOptions: { allowOrigins: Cors.ALL_ORIGINS, allowHeaders: ['Authorization', 'Content-Type'] },
    });
    auth.addGatewayResponses(restApi);

    const orders = restApi.root.addResource('orders');
    auth.protect(orders.addMethod('GET'), ['read:orders']);
    auth.protect(orders.addMethod('POST'), ['create:orders']);
    auth.protect(orders.addResource('{id}').addMethod('DELETE'), { anyOf: ['delete:orders', 'admin'] });

    new CfnOutput(this, 'OrdersUrl', { value: restApi.urlForPath('/orders') });
  }
}
