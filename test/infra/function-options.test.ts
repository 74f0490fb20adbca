import { type App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { type IVpc, SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Key } from 'aws-cdk-lib/aws-kms';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { AwsSolutionsChecks } from 'cdk-nag';
import { Construct } from 'constructs';
import { describe, expect, it } from 'vitest';
import { type FunctionOptions, setFunctionOptions } from '../../lib/function-options.ts';
import { SigningKey } from '../../lib/signing-key.ts';
import { statementsOf } from '../support/infra/statements.ts';
import { appWithFlags, stacks, templates } from '../support/infra/synthesize.ts';

const KEY_ARN = 'arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555';
const BACKEND = { backendUrl: 'https://backend.example', routes: { 'ANY /{proxy+}': [] } };

/** Creates a user's own stack with a VPC, and a function with these options. */
function ownStack(options: (vpc: IVpc, stack: Stack) => FunctionOptions): Stack {
  const stack = new Stack(appWithFlags(), 'Own');
  // CDK's own types do not fit each other with exactOptionalPropertyTypes.
  const vpc = new Vpc(stack, 'Vpc') as IVpc;
  setFunctionOptions(stack, options(vpc, stack));
  new SigningKey(stack, 'SigningKey');
  return stack;
}

/** Returns the network of the only function. */
function vpcConfigOf(template: Template) {
  const [maker] = Object.values(template.findResources('AWS::Lambda::Function'));
  return maker?.Properties.VpcConfig ?? {};
}

describe('the logs', () => {
  it.each([{ accessLog: true }, { ...BACKEND, accessLog: true }])(
    'are all kept for logRetentionDays, and encrypted with kmsKeyArn if encryptLogs is set',
    (context) => {
      const { key, api } = templates({ ...context, logRetentionDays: 7, kmsKeyArn: KEY_ARN, encryptLogs: true });
      for (const template of [key, api]) {
        template.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 7, KmsKeyId: KEY_ARN });
      }
    },
  );

  it('are not encrypted with kmsKeyArn alone, because its policy may not let CloudWatch Logs use it', () => {
    const { key, api } = templates({ kmsKeyArn: KEY_ARN, accessLog: true });
    for (const template of [key, api]) {
      template.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 30, KmsKeyId: Match.absent() });
    }
  });
});

describe('tracing', () => {
  it('is on for every function if tracing is set, and the stage records no URLs', () => {
    const { key, api } = templates({ tracing: true });
    for (const template of [key, api]) {
      template.allResourcesProperties('AWS::Lambda::Function', { TracingConfig: { Mode: 'Active' } });
      template.allResourcesProperties('AWS::ApiGateway::Stage', { TracingEnabled: Match.absent() });
    }
  });

  it('is off by default', () => {
    templates().api.allResourcesProperties('AWS::Lambda::Function', { TracingConfig: Match.absent() });
  });
});

describe('the functions in a VPC', () => {
  it('run in its private subnets, each with a security group of its own', () => {
    const template = Template.fromStack(ownStack((vpc) => ({ vpc })));
    const { SecurityGroupIds, SubnetIds } = vpcConfigOf(template);
    expect(JSON.stringify(SecurityGroupIds)).toContain('SigningKeyMaker');
    expect(JSON.stringify(SubnetIds)).toMatch(/VpcPrivateSubnet1.*VpcPrivateSubnet2/);
  });

  it('run in the given subnets, with the given security groups', () => {
    const template = Template.fromStack(
      ownStack((vpc, stack) => ({
        vpc,
        vpcSubnets: { subnets: vpc.privateSubnets.slice(1) },
        securityGroups: [new SecurityGroup(stack, 'Mine', { vpc })],
      })),
    );
    const { SecurityGroupIds, SubnetIds } = vpcConfigOf(template);
    expect(JSON.stringify(SecurityGroupIds)).toMatch(/^\[\{"Fn::GetAtt":\["Mine\w+","GroupId"\]\}\]$/);
    expect(JSON.stringify(SubnetIds)).toMatch(/^\[\{"Ref":"VpcPrivateSubnet2\w+"\}\]$/);
  });

  it('may manage their network interfaces, and nothing else in EC2', () => {
    const rights = statementsOf(Template.fromStack(ownStack((vpc) => ({ vpc }))), 'SigningKeyMaker');
    const inEc2 = rights.filter(({ actions }) => actions.some((action) => action.startsWith('ec2:')));
    expect(inEc2).toEqual([
      {
        actions: [
          'ec2:AssignPrivateIpAddresses',
          'ec2:CreateNetworkInterface',
          'ec2:DeleteNetworkInterface',
          'ec2:DescribeNetworkInterfaces',
          'ec2:DescribeSubnets',
          'ec2:UnassignPrivateIpAddresses',
        ],
        on: ['"*"'],
      },
    ]);
  });
});

describe('the options of a scope', () => {
  it('replace those of a scope around it', () => {
    const stack = new Stack(appWithFlags(), 'Own');
    const inner = new Construct(stack, 'Inner');
    setFunctionOptions(stack, { logRetention: RetentionDays.ONE_DAY, tracing: true });
    setFunctionOptions(inner, { logRetention: RetentionDays.ONE_WEEK });
    new SigningKey(inner, 'SigningKey');
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::Logs::LogGroup', { RetentionInDays: 7 });
    template.hasResourceProperties('AWS::Lambda::Function', { TracingConfig: Match.absent() });
  });

  it('cannot be set after a function has been created, which would not have them', () => {
    const stack = new Stack(appWithFlags(), 'Own');
    new SigningKey(stack, 'SigningKey');
    expect(() => setFunctionOptions(stack, {})).toThrow(
      'Options were set for the functions below "Own" after one of them had been created. Call setFunctionOptions before.',
    );
  });

  it('violate no rule of the AwsSolutions pack that is not acknowledged', () => {
    const stack = ownStack((vpc) => ({ vpc, tracing: true, logEncryptionKey: Key.fromKeyArn(vpc, 'Key', KEY_ARN) }));
    const { violations } = new AwsSolutionsChecks(stack.node.root as App).validateScope(stack.node.root as App);
    const paths = violations.flatMap(({ ruleName, violatingResources }) =>
      violatingResources.map(({ constructPath }) => `${ruleName} ${constructPath}`),
    );
    expect(paths.filter((path) => path.includes('SigningKey'))).toEqual([]);
  });
});

describe("CDK's permissions boundary", () => {
  it('applies to the role of every function', () => {
    const app = appWithFlags();
    app.node.setContext('@aws-cdk/core:permissionsBoundary', { name: 'my-boundary' });
    const { key, api } = stacks({}, app);
    for (const stack of [key, api]) {
      Template.fromStack(stack).allResourcesProperties('AWS::IAM::Role', {
        PermissionsBoundary: { 'Fn::Join': ['', Match.arrayWith([Match.stringLikeRegexp(':policy/my-boundary$')])] },
      });
    }
  });
});
