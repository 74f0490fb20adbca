/** Gradual rollout of the authorizer's function by an alias. */
import { Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { MockIntegration, RestApi } from 'aws-cdk-lib/aws-apigateway';
import { LambdaDeploymentConfig, LambdaDeploymentGroup } from 'aws-cdk-lib/aws-codedeploy';
import { describe, expect, it } from 'vitest';
import { AuthorizerFunction } from '../../lib/authorizer-function.ts';
import { SigningKey } from '../../lib/signing-key.ts';
import { appWithFlags } from '../support/infra/synthesize.ts';

function own(scopes: readonly string[]) {
  const stack = new Stack(appWithFlags(), 'Own');
  const signingKey = new SigningKey(stack, 'SigningKey');
  const tenant = { issuer: 'https://tenant.auth0.com/', audience: 'https://my.api' };
  const authorizer = new AuthorizerFunction(stack, 'Authorizer', { ...tenant, signingKey, aliasName: 'live' });
  authorizer.protect(new RestApi(stack, 'Api').root.addMethod('GET', new MockIntegration()), scopes);
  return { stack, authorizer };
}

const versionOf = (template: Template) => Object.keys(template.findResources('AWS::Lambda::Version'));

describe('the alias of the authorizer', () => {
  it('is what the API calls, and points to a version that is kept', () => {
    const template = Template.fromStack(own(['read:a']).stack);
    const [alias] = Object.keys(template.findResources('AWS::Lambda::Alias'));
    template.hasResource('AWS::Lambda::Version', { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
    template.hasResourceProperties('AWS::ApiGateway::Authorizer', {
      AuthorizerUri: { 'Fn::Join': ['', Match.arrayWith([{ Ref: alias }])] },
    });
    template.hasResourceProperties('AWS::Lambda::Permission', {
      FunctionName: { Ref: alias },
      Principal: 'apigateway.amazonaws.com',
    });
  });

  it('gets a new version if a route requires something else, and the same one otherwise', () => {
    const version = versionOf(Template.fromStack(own(['read:a']).stack));
    expect(version).toHaveLength(1);
    expect(versionOf(Template.fromStack(own(['read:a']).stack))).toEqual(version);
    expect(versionOf(Template.fromStack(own(['read:b']).stack))).not.toEqual(version);
  });

  it('can be moved gradually by CodeDeploy', () => {
    const { stack, authorizer } = own([]);
    if (!authorizer.alias) throw new Error('There is no alias.');
    new LambdaDeploymentGroup(stack, 'Rollout', {
      alias: authorizer.alias,
      deploymentConfig: LambdaDeploymentConfig.CANARY_10PERCENT_5MINUTES,
    });
    Template.fromStack(stack).hasResource('AWS::Lambda::Alias', {
      UpdatePolicy: { CodeDeployLambdaAliasUpdate: Match.anyValue() },
    });
  });
});
