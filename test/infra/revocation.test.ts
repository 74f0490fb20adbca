import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { IdentitySource, MockIntegration, RequestAuthorizer, RestApi } from 'aws-cdk-lib/aws-apigateway';
import { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, it } from 'vitest';
import { Revocation, type RevocationProps } from '../../lib/revocation.ts';
import { statementsOf } from '../support/infra/statements.ts';

const BUS = 'aws.partner/auth0.com/tenant-1234/auth0.logs';

const PROPS: RevocationProps = {
  issuer: 'https://tenant.auth0.com/',
  revocationSeconds: 5,
  maxJwtLifetimeSeconds: 2_592_000,
  keptAtLeast: 360,
};

function stackWith(props: Partial<RevocationProps> = {}) {
  const app = new App();
  const stack = new Stack(app, 'Stack');
  const revocation = new Revocation(stack, 'Revocation', { ...PROPS, ...props });
  return { app, stack, revocation };
}

const templateWith = (props?: Partial<RevocationProps>) => Template.fromStack(stackWith(props).stack);

/** An API whose authorizer reads the marks, as in a deployment. The APIs are added after the construct. */
function stackWithApis() {
  const apis: { rest?: RestApi; http?: HttpApi } = {};
  const stages = () => {
    const { rest, http } = apis;
    if (!rest || !http) throw new Error('The stages were read before the APIs existed.');
    return [
      { restApiId: rest.restApiId, stageName: rest.deploymentStage.stageName },
      { httpApiId: http.apiId, stageName: '$default' },
    ];
  };
  const { app, stack, revocation } = stackWith({ stages, logEventBus: BUS });
  const code = Code.fromInline('exports.handler = async () => {}');
  const handler = new LambdaFunction(stack, 'Authorizer', {
    code,
    handler: 'index.handler',
    runtime: Runtime.NODEJS_24_X,
  });
  revocation.table.grantReadData(handler);
  const identitySources = [IdentitySource.header('Authorization')];
  const authorizer = new RequestAuthorizer(stack, 'RequestAuthorizer', { handler, identitySources });
  apis.rest = new RestApi(stack, 'Rest');
  apis.rest.root.addMethod('GET', new MockIntegration(), { authorizer });
  apis.http = new HttpApi(stack, 'Http');
  return { app, stack };
}

describe('the revocation queue', () => {
  it('is encrypted, takes TLS only, and passes what cannot be handled to a dead-letter queue', () => {
    const template = templateWith();
    template.resourceCountIs('AWS::SQS::Queue', 2);
    template.allResourcesProperties('AWS::SQS::Queue', { SqsManagedSseEnabled: true });
    template.hasResourceProperties('AWS::SQS::Queue', {
      RedrivePolicy: { maxReceiveCount: 5, deadLetterTargetArn: Match.anyValue() },
      VisibilityTimeout: 120,
    });
    template.hasResourceProperties('AWS::SQS::Queue', { MessageRetentionPeriod: 1_209_600 });
    const policies = Object.values(template.findResources('AWS::SQS::QueuePolicy'));
    expect(policies).toHaveLength(2);
    for (const { Properties } of policies) {
      expect(Properties.PolicyDocument.Statement).toContainEqual(
        expect.objectContaining({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
      );
    }
  });

  it('is visible again after six times the timeout of the function', () => {
    const template = templateWith();
    template.hasResourceProperties('AWS::Lambda::Function', { Timeout: 20 });
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      BatchSize: 10,
      ScalingConfig: { MaximumConcurrency: 2 },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      MaximumBatchingWindowInSeconds: Match.absent(),
    });
  });

  it('has an alarm over the dead-letter queue', () => {
    templateWith().hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'ApproximateNumberOfMessagesVisible',
      Namespace: 'AWS/SQS',
      Threshold: 1,
      Dimensions: [
        { Name: 'QueueName', Value: { 'Fn::GetAtt': [Match.stringLikeRegexp('DeadLetters'), 'QueueName'] } },
      ],
    });
  });

  it('lets an operator send messages, and do nothing else', () => {
    const { stack, revocation } = stackWith();
    const operator = new Role(stack, 'Operator', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') });
    revocation.grantSend(operator);
    const [policy] = Object.entries(Template.fromStack(stack).findResources('AWS::IAM::Policy'))
      .filter(([id]) => id.startsWith('Operator'))
      .map(([, { Properties }]) => Properties.PolicyDocument.Statement);
    expect(policy.flatMap(({ Action }: { Action: unknown }) => Action)).toEqual([
      'sqs:SendMessage',
      'sqs:GetQueueAttributes',
      'sqs:GetQueueUrl',
    ]);
  });
});

describe('the table of marks', () => {
  it('is paid per request, forgets expired marks, and is deleted with the stack', () => {
    templateWith().hasResource('AWS::DynamoDB::Table', {
      Properties: {
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        BillingMode: 'PAY_PER_REQUEST',
        TimeToLiveSpecification: { AttributeName: 'expires', Enabled: true },
      },
      DeletionPolicy: 'Delete',
    });
  });
});

describe('the function of revocations', () => {
  it('may write marks, read the state of the flushes, and use its queue, and nothing else', () => {
    const template = templateWith();
    expect(statementsOf(template, 'RevocationHandle')).toEqual([
      { actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], on: [expect.stringContaining('HandleLog')] },
      { actions: ['dynamodb:UpdateItem'], on: [expect.stringContaining('RevocationMarks')] },
      { actions: ['dynamodb:GetItem'], on: [expect.stringContaining('RevocationMarks')], items: ['flush'] },
      {
        actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:SendMessage'],
        on: [expect.stringContaining('RevocationQueue')],
      },
      { actions: ['apigateway:DELETE'], on: [expect.stringContaining('/restapis/none/stages/none/cache/authorizers')] },
    ]);
  });

  it('may flush exactly the stages that exist at the end', () => {
    const template = Template.fromStack(stackWithApis().stack);
    const flush = statementsOf(template, 'RevocationHandle').find(({ actions }) =>
      actions.includes('apigateway:DELETE'),
    );
    const arns = flush?.on.map((arn) => textOf(JSON.parse(arn)));
    expect(arns).toEqual([
      expect.stringMatching(
        /^arn:<AWS::Partition>:apigateway:<AWS::Region>::\/restapis\/<Rest\w+>\/stages\/<Rest\w+>\/cache\/authorizers$/,
      ),
      expect.stringMatching(
        /^arn:<AWS::Partition>:apigateway:<AWS::Region>::\/apis\/<Http\w+>\/stages\/\$default\/cache\/authorizers$/,
      ),
      expect.stringMatching(/^arn:\S+::\/apis\/<Http\w+>\/stages\/%24default\/cache\/authorizers$/),
    ]);
  });

  it('is told the stages, and how long marks are kept: as long as the longest of what they are for', () => {
    const template = Template.fromStack(stackWithApis().stack);
    const config = (found: Template) =>
      Object.entries(found.findResources('AWS::Lambda::Function'))
        .filter(([id]) => id.startsWith('RevocationHandle'))
        .map(([, { Properties }]) => JSON.parse(textOf(Properties.Environment.Variables.CONFIG)))[0];
    expect(config(template)).toMatchObject({
      issuer: 'https://tenant.auth0.com/',
      revocationSeconds: 5,
      keptSeconds: 2_592_000,
      stages: [
        { restApiId: expect.stringMatching(/^<Rest/), stageName: expect.stringMatching(/^<Rest/) },
        { httpApiId: expect.stringMatching(/^<Http/), stageName: '$default' },
      ],
    });
    expect(config(templateWith({ keptAtLeast: 2_592_001 }))).toMatchObject({ keptSeconds: 2_592_001, stages: [] });
  });

  it.each<[string, Partial<RevocationProps>]>([
    ['revocationSeconds', { revocationSeconds: 0 }],
    ['revocationSeconds', { revocationSeconds: 61 }],
    ['issuer', { issuer: 'tenant.auth0.com' }],
    ['keptSeconds', { maxJwtLifetimeSeconds: 1.5, keptAtLeast: 0 }],
  ])('refuses a wrong %s when it is created', (name, props) => {
    expect(() => stackWith(props)).toThrow(new RegExp(`^Stack/Revocation: .*\\n  ${name}: got`));
  });
});

describe('the rules on the tenant’s event bus', () => {
  const rules = () =>
    Object.values(templateWith({ logEventBus: BUS }).findResources('AWS::Events::Rule')).map(
      ({ Properties }) => Properties,
    );

  it('match exactly the events that revoke something, no change of metadata, and have every field that is passed on', () => {
    expect(rules().map(({ EventBusName, EventPattern }) => ({ EventBusName, EventPattern }))).toEqual([
      {
        EventBusName: BUS,
        EventPattern: {
          source: [{ prefix: 'aws.partner/auth0.com' }],
          detail: {
            data: {
              type: ['sapi'],
              date: [{ exists: true }],
              details: {
                request: {
                  $or: [
                    { path: [{ wildcard: '/api/v2/users/*/*' }] },
                    {
                      path: [{ prefix: '/api/v2/users/' }],
                      method: [{ 'anything-but': { 'equals-ignore-case': 'patch' } }],
                    },
                    {
                      path: [{ prefix: '/api/v2/users/' }],
                      body: {
                        $or: [
                          { blocked: [{ exists: true }] },
                          { password: [{ exists: true }] },
                          { email: [{ exists: true }] },
                          { email_verified: [{ exists: true }] },
                          { phone_number: [{ exists: true }] },
                          { username: [{ exists: true }] },
                        ],
                      },
                    },
                  ],
                },
              },
            },
          },
        },
      },
      {
        EventBusName: BUS,
        EventPattern: {
          source: [{ prefix: 'aws.partner/auth0.com' }],
          detail: {
            data: {
              type: ['scp', 'sdu', 'srrt', 'universal_logout_succeeded'],
              date: [{ exists: true }],
              user_id: [{ 'anything-but': [''] }],
            },
          },
        },
      },
    ]);
  });

  it('pass on the type, the date, and the path or the user, and nothing else', () => {
    expect(rules().map(({ Targets }) => Targets[0].InputTransformer)).toEqual([
      {
        InputPathsMap: {
          'detail-data-type': '$.detail.data.type',
          'detail-data-date': '$.detail.data.date',
          'detail-data-details-request-path': '$.detail.data.details.request.path',
        },
        InputTemplate:
          '{"type":<detail-data-type>,"date":<detail-data-date>,"path":<detail-data-details-request-path>}',
      },
      {
        InputPathsMap: {
          'detail-data-type': '$.detail.data.type',
          'detail-data-date': '$.detail.data.date',
          'detail-data-user_id': '$.detail.data.user_id',
        },
        InputTemplate: '{"type":<detail-data-type>,"date":<detail-data-date>,"user":<detail-data-user_id>}',
      },
    ]);
  });

  it('may send to the queue, each rule for itself', () => {
    const statements = Object.values(templateWith({ logEventBus: BUS }).findResources('AWS::SQS::QueuePolicy')).flatMap(
      ({ Properties }) => Properties.PolicyDocument.Statement,
    );
    const allowed = statements.filter(({ Effect }) => Effect === 'Allow');
    expect(allowed).toHaveLength(2);
    for (const { Principal, Condition } of allowed) {
      expect(Principal).toEqual({ Service: 'events.amazonaws.com' });
      expect(JSON.stringify(Condition.ArnEquals['aws:SourceArn'])).toContain('LogEvents');
    }
  });

  it('accept the ARN of the bus', () => {
    const arn = `arn:aws:events:eu-west-1:111122223333:event-bus/${BUS}`;
    templateWith({ logEventBus: arn }).allResourcesProperties('AWS::Events::Rule', { EventBusName: BUS });
  });

  it('are absent without a bus', () => {
    templateWith().resourceCountIs('AWS::Events::Rule', 0);
  });
});

it('violates none of the AwsSolutions pack’s rules', () => {
  const { app } = stackWith({ logEventBus: BUS, stages: () => [{ restApiId: 'a', stageName: 'prod' }] });
  const violations = new AwsSolutionsChecks(app)
    .validateScope(app)
    .violations.flatMap(({ ruleName, violatingResources }) =>
      violatingResources.map(({ constructPath }) => `${ruleName} ${constructPath}`),
    );
  expect(violations).toEqual([]);
});

/** The text of a value, with references in angle brackets. */
function textOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  if ('Fn::Join' in value && Array.isArray(value['Fn::Join'])) {
    const [separator, parts] = value['Fn::Join'];
    return parts.map(textOf).join(separator);
  }
  if ('Ref' in value) return `<${value.Ref}>`;
  return JSON.stringify(value).replaceAll('"', "'");
}
