import { Duration, Fn, Stack, Token } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { describe, expect, it } from 'vitest';
import { Auth0Setup } from '../../lib/auth0-setup.ts';
import { KeyRotation, type KeyRotationProps } from '../../lib/key-rotation.ts';
import { SigningKey } from '../../lib/signing-key.ts';
import { statementsOf } from '../support/infra/statements.ts';
import { appWithFlags, templates } from '../support/infra/synthesize.ts';

/** Creates a user's own stack with the rotation. */
function ownStack(props: Partial<KeyRotationProps> = {}) {
  const stack = new Stack(appWithFlags(), 'Own');
  const tenant = { tenantUrl: 'https://t.auth0.com/', audience: 'https://demo.api' };
  const signingKey = new SigningKey(stack, 'SigningKey');
  const managementSecret = Secret.fromSecretNameV2(stack, 'Management', 'auth0/m');
  const setup = new Auth0Setup(stack, 'Setup', { ...tenant, signingKey, managementSecret });
  new KeyRotation(stack, 'Rotation', { setup, ...props });
  return stack;
}

describe('the rotation of the signing key', () => {
  it('has a schedule that does not rotate the key as soon as it is created', () => {
    const { api } = templates();
    api.hasResourceProperties('AWS::SecretsManager::RotationSchedule', {
      RotationRules: { AutomaticallyAfterDays: 90 },
      RotateImmediatelyOnUpdate: false,
      SecretId: Match.anyValue(),
      RotationLambdaARN: { 'Fn::GetAtt': [Match.stringLikeRegexp('^KeyRotation'), 'Arn'] },
    });
    expect(Object.keys(api.findOutputs('*'))).toContain('KeyRotationFunctionArn');
  });

  it('has no schedule if rotationDays is 0, and can still be started on demand', () => {
    const { api } = templates({ rotationDays: 0 });
    api.resourceCountIs('AWS::SecretsManager::RotationSchedule', 0);
    api.hasResourceProperties('AWS::Lambda::Permission', { Principal: 'secretsmanager.amazonaws.com' });
  });

  it('is scheduled after the tenant is set up and removed before the tenant is restored', () => {
    const [schedule] = Object.values(templates().api.findResources('AWS::SecretsManager::RotationSchedule'));
    expect(schedule?.DependsOn).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^Auth0SetupBy\w+ResourceServer/),
        expect.stringMatching(/^KeyRotationCalledBySecretsManager/),
      ]),
    );
  });

  it('may be called by Secrets Manager for this secret of this account only', () => {
    templates().api.hasResourceProperties('AWS::Lambda::Permission', {
      Principal: 'secretsmanager.amazonaws.com',
      SourceAccount: Match.anyValue(),
      SourceArn: Match.objectLike({ 'Fn::ImportValue': Match.stringLikeRegexp('SigningKeySecret') }),
    });
  });

  it('may use the two secrets and the items of the shared state that it needs, and nothing else', () => {
    expect(statementsOf(templates().api, 'KeyRotation')).toEqual([
      { actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], on: [expect.stringContaining('RotateLog')] },
      {
        actions: [
          'secretsmanager:DescribeSecret',
          'secretsmanager:GetSecretValue',
          'secretsmanager:PutSecretValue',
          'secretsmanager:UpdateSecretVersionStage',
        ],
        on: [expect.stringContaining('SigningKeySecret')],
      },
      {
        actions: ['secretsmanager:GetSecretValue'],
        on: [expect.stringContaining(':secret:auth0/management-??????')],
      },
      {
        actions: ['dynamodb:GetItem', 'dynamodb:PutItem'],
        on: [expect.stringContaining('SigningKeyStateTable')],
        items: ['public-keys', 'revoked-keys', 'resource-servers'],
      },
    ]);
  });

  it('shares its state with the set-up', () => {
    const { api } = templates();
    const functions = Object.entries(api.findResources('AWS::Lambda::Function'));
    const of = (prefix: string) => functions.find(([id]) => id.startsWith(prefix))?.[1].Properties;
    for (const { Environment } of [of('KeyRotation'), of('Auth0Setup')]) {
      expect(JSON.stringify(Environment.Variables.CONFIG)).toMatch(/stateTable.*SigningKeyStateTable/);
    }
    expect(of('KeyRotation').Timeout).toBe(900);
  });

  it('can be added with one line to a stack with a set-up, and rotates every 90 days', () => {
    const template = Template.fromStack(ownStack());
    template.hasResourceProperties('AWS::SecretsManager::RotationSchedule', {
      RotationRules: { AutomaticallyAfterDays: 90 },
    });
  });

  it('rotates as often as automaticallyAfter says', () => {
    const template = Template.fromStack(ownStack({ automaticallyAfter: Duration.days(30) }));
    template.hasResourceProperties('AWS::SecretsManager::RotationSchedule', {
      RotationRules: { AutomaticallyAfterDays: 30 },
    });
  });

  it('accepts a number of days that is known only at deployment', () => {
    const automaticallyAfter = Duration.days(Token.asNumber(Fn.importValue('Days')));
    Template.fromStack(ownStack({ automaticallyAfter })).hasResourceProperties(
      'AWS::SecretsManager::RotationSchedule',
      { RotationRules: { AutomaticallyAfterDays: { 'Fn::ImportValue': 'Days' } } },
    );
  });

  it.each<[string, Partial<KeyRotationProps>, string]>([
    [
      'half a day',
      { automaticallyAfter: Duration.hours(12) },
      'automaticallyAfter: got 0.5; expected whole days from 0',
    ],
    [
      '1001 days',
      { automaticallyAfter: Duration.days(1001) },
      'automaticallyAfter: got 1001; expected whole days from 0',
    ],
    [
      'an hour of cached keys',
      { jwksMaxAge: Duration.hours(1) },
      'jwksMaxAge: got 3600; expected whole seconds from 0',
    ],
  ])('refuses %s at synthesis', (_what, props, message) => {
    expect(() => ownStack(props)).toThrow(message);
  });
});
