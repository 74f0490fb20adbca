import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Key } from 'aws-cdk-lib/aws-kms';
import { describe, expect, it } from 'vitest';
import { SigningKey } from '../../lib/signing-key.ts';
import { statementsOf } from '../support/infra/statements.ts';
import { appWithoutBundling, templates } from '../support/infra/synthesize.ts';

describe('the signing key', () => {
  it('is born in Secrets Manager, and nothing of it is in the template', () => {
    const { key } = templates();
    key.hasResourceProperties('AWS::SecretsManager::Secret', {
      GenerateSecretString: { SecretStringTemplate: '{}', GenerateStringKey: 'placeholder' },
      SecretString: Match.absent(),
    });
    const [properties] = Object.values(key.findResources('Custom::SigningKey')).map(({ Properties }) => Properties);
    expect(Object.keys(properties ?? {}).sort()).toEqual(['SecretId', 'ServiceTimeout', 'ServiceToken']);
  });

  it('is published in a table whose items CloudFormation does not know, and which can be restored', () => {
    const { key, api } = templates();
    for (const template of [key, api]) template.resourceCountIs('AWS::SSM::Parameter', 0);
    key.hasResourceProperties('AWS::DynamoDB::Table', {
      KeySchema: [{ AttributeName: 'name', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    });
  });

  it('goes with its stack', () => {
    for (const { DeletionPolicy = 'Delete' } of Object.values(templates().key.toJSON().Resources as object)) {
      expect(DeletionPolicy).toBe('Delete');
    }
  });

  it('has a maker that may write this secret, the public keys and its log, and nothing else', () => {
    const { key } = templates();
    expect(statementsOf(key, 'SigningKeyMaker')).toEqual([
      { actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], on: [expect.stringContaining('SigningKeyMakerLog')] },
      {
        actions: ['secretsmanager:GetSecretValue', 'secretsmanager:PutSecretValue'],
        on: [expect.stringMatching(/^\{"Fn::GetAtt":\["SigningKeySecret\w+","Id"\]\}$/)],
      },
      {
        actions: ['dynamodb:GetItem'],
        on: [expect.stringContaining('SigningKeyStateTable')],
        items: ['public-keys', 'revoked-keys'],
      },
      { actions: ['dynamodb:PutItem'], on: [expect.stringContaining('SigningKeyStateTable')], items: ['public-keys'] },
    ]);
  });

  it('outlasts a function that dies: CloudFormation waits for three tries', () => {
    const { key } = templates();
    key.hasResourceProperties('AWS::Lambda::Function', { Timeout: 30 });
    key.hasResourceProperties('Custom::SigningKey', { ServiceTimeout: '300' });
  });

  it('can be encrypted with a customer key, which is used through Secrets Manager only', () => {
    const stack = new Stack(appWithoutBundling(), 'Own');
    new SigningKey(stack, 'SigningKey', { encryptionKey: new Key(stack, 'CustomerKey') });
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::SecretsManager::Secret', { KmsKeyId: Match.anyValue() });
    template.hasResourceProperties('AWS::IAM::Role', {
      Policies: [
        {
          PolicyDocument: {
            Statement: Match.arrayWith([
              Match.objectLike({
                Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
                Condition: { StringEquals: { 'kms:ViaService': Match.anyValue() } },
              }),
            ]),
          },
        },
      ],
    });
  });

  it('needs one line in a stack', () => {
    const stack = new Stack(new App({ context: { 'aws:cdk:bundling-stacks': [] } }), 'Own');
    new SigningKey(stack, 'SigningKey');
    Template.fromStack(stack).resourceCountIs('Custom::SigningKey', 1);
  });
});
