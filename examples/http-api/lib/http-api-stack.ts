import { Auth0Authorizer } from 'auth0-api-authorizer';
import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import { HttpApi, HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';

/** Responds with what the authorizer says about the caller. */
const ORDERS = `exports.handler = async ({ requestContext }) => ({ orders: [], caller: requestContext.authorizer.lambda.sub });`;

export class HttpApiStack extends Stack {
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
    const integration = new HttpLambdaIntegration('Orders', handler);
    const httpApi = new HttpApi(this, 'Api');
    auth.protect(httpApi.addRoutes({ path: '/orders', methods: [HttpMethod.GET], integration }), ['read:orders']);
    auth.protect(httpApi.addRoutes({ path: '/orders', methods: [HttpMethod.POST], integration }), ['create:orders']);

    new CfnOutput(this, 'HttpApiId', { value: httpApi.apiId });
    new CfnOutput(this, 'OrdersUrl', { value: `${httpApi.apiEndpoint}/orders` });
  }
}
