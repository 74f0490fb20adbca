import { Auth0Authorizer } from 'auth0-api-authorizer';
import { CfnOutput, Stack } from 'aws-cdk-lib';
import { MockIntegration, RestApi } from 'aws-cdk-lib/aws-apigateway';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';

/** Each environment has a tenant and an audience of its own, so the two share neither a key nor metrics. */
export interface Environment {
  readonly issuer: string;
  readonly audience: string;
  readonly managementSecret: string;
  readonly alarmTopicArn?: string;
}

export class OrdersStack extends Stack {
  constructor(scope: Construct, id: string, environment: Environment) {
    super(scope, id);
    const { issuer, audience, managementSecret, alarmTopicArn } = environment;
    const auth = new Auth0Authorizer(this, 'Auth', {
      issuer,
      audience,
      managementSecret: Secret.fromSecretNameV2(this, 'Management', managementSecret),
      alarmActions: alarmTopicArn ? [new SnsAction(Topic.fromTopicArn(this, 'AlarmTopic', alarmTopicArn))] : [],
    });
    const restApi = new RestApi(this, 'Api', { cloudWatchRole: false });
    auth.addGatewayResponses(restApi);
    const integration = new MockIntegration({
      requestTemplates: { 'application/json': '{ "statusCode": 200 }' },
      integrationResponses: [{ statusCode: '200' }],
    });
    const orders = restApi.root.addResource('orders');
    auth.protect(orders.addMethod('GET', integration, { methodResponses: [{ statusCode: '200' }] }), ['read:orders']);

    new CfnOutput(this, 'OrdersUrl', { value: restApi.urlForPath('/orders') });
  }
}
