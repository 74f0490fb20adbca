import { Duration, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { MockIntegration, RestApi } from 'aws-cdk-lib/aws-apigateway';
import { HttpApi, HttpMethod, HttpStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpUrlIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { Architecture } from 'aws-cdk-lib/aws-lambda';
import { describe, expect, it } from 'vitest';
import { AuthorizerFunction } from '../../lib/authorizer-function.ts';
import type { AuthorizerOptions } from '../../lib/authorizer-function-props.ts';
import { SigningKey } from '../../lib/signing-key.ts';
import { appWithFlags, templates } from '../support/infra/synthesize.ts';

const TENANT = { issuer: 'https://tenant.auth0.com/', audience: 'https://my.api' };

function ownStack(options: Partial<AuthorizerOptions> = {}, app = appWithFlags()) {
  const stack = new Stack(app, 'Own');
  const signingKey = new SigningKey(stack, 'SigningKey');
  return { stack, authorizer: new AuthorizerFunction(stack, 'Authorizer', { ...TENANT, signingKey, ...options }) };
}

function addHttpApi(stack: Stack, authorizer: AuthorizerFunction, id = 'Http'): HttpApi {
  const api = new HttpApi(stack, id);
  const integration = new HttpUrlIntegration('Backend', 'https://backend.example');
  authorizer.protect(api.addRoutes({ path: '/orders', methods: [HttpMethod.GET], integration }), []);
  return api;
}

/** What the function behind the queue flushes, as its configuration says. */
function flushed(template: Template): string {
  const [handle] = Object.values(
    template.findResources('AWS::Lambda::Function', {
      Properties: { Description: Match.stringLikeRegexp('revocation marks') },
    }),
  );
  return JSON.stringify(handle?.Properties.Environment.Variables.CONFIG).replaceAll('\\"', '"');
}

describe('the stages whose caches are flushed', () => {
  it('are all stages of all APIs behind the authorizer, and the function may flush no other', () => {
    const { stack, authorizer } = ownStack();
    const rest = new RestApi(stack, 'Rest');
    authorizer.protect(rest.root.addMethod('GET', new MockIntegration()), []);
    new HttpStage(stack, 'Second', { httpApi: addHttpApi(stack, authorizer), stageName: 'second' });
    new RestApi(stack, 'Other').root.addMethod('GET', new MockIntegration());
    const template = Template.fromStack(stack);
    const text = flushed(template);
    expect(text.match(/"restApiId"/g)).toHaveLength(1);
    expect(text).toMatch(/"restApiId":"",\{"Ref":"Rest[^}]*\},"","stageName":"prod"/);
    expect(text).toContain('"stageName":"$default"');
    expect(text.match(/"httpApiId"/g)).toHaveLength(2);
    template.hasResourceProperties('AWS::IAM::Role', {
      Policies: [
        {
          PolicyDocument: {
            Statement: Match.arrayWith([{ Effect: 'Allow', Action: 'apigateway:DELETE', Resource: Match.anyValue() }]),
          },
        },
      ],
    });
    expect(JSON.stringify(template.findResources('AWS::IAM::Role'))).not.toContain('"Ref":"Other');
  });

  it('are those of the API of a deployment', () => {
    expect(flushed(templates().api)).toMatch(/"restApiId":"",\{"Ref":"ApiRest/);
  });

  it('leave out an API in another stack, and a note says so', () => {
    const app = appWithFlags();
    const { stack, authorizer } = ownStack({}, app);
    addHttpApi(new Stack(app, 'Elsewhere'), authorizer);
    expect(flushed(Template.fromStack(stack))).toContain('"stages":[]');
    Annotations.fromStack(stack).hasInfo('*', Match.stringLikeRegexp('No stage of the API Elsewhere/Http'));
  });

  it('leave out a stage in a stack inside the stack, which would be a cycle', () => {
    const { stack, authorizer } = ownStack();
    const api = new HttpApi(stack, 'Http', { createDefaultStage: false });
    const integration = new HttpUrlIntegration('Backend', 'https://backend.example');
    authorizer.protect(api.addRoutes({ path: '/orders', methods: [HttpMethod.GET], integration }), []);
    new HttpStage(new Stack(stack, 'Child'), 'Stage', { httpApi: api, stageName: 'x' });
    expect(flushed(Template.fromStack(stack))).toContain('"stages":[]');
    Annotations.fromStack(stack).hasInfo('*', Match.stringLikeRegexp('No stage of the API Own/Http'));
  });

  it('do not make the authorizer depend on a stage, so that a stage may depend on the authorizer', () => {
    const { stack, authorizer } = ownStack();
    const api = new RestApi(stack, 'Rest');
    authorizer.protect(api.root.addMethod('GET', new MockIntegration()), []);
    api.deploymentStage.node.addDependency(authorizer);
    expect(() => Template.fromStack(stack)).not.toThrow();
  });

  it('can be named for an API that is not defined in the stack', () => {
    const { stack, authorizer } = ownStack({ flushedStages: [{ httpApiId: 'abc123', stageName: '$default' }] });
    addHttpApi(stack, authorizer);
    const text = flushed(Template.fromStack(stack));
    expect(text).toContain('{"httpApiId":"abc123","stageName":"$default"}');
  });

  it('are none if API Gateway caches no decisions', () => {
    const { stack, authorizer } = ownStack({ resultsCacheTtl: Duration.seconds(0) });
    addHttpApi(stack, authorizer);
    expect(flushed(Template.fromStack(stack))).toContain('"stages":[]');
  });

  it('are at most ten', () => {
    const flushedStages = Array.from({ length: 11 }, (_, index) => ({ httpApiId: `api${index}`, stageName: 'x' }));
    const { stack, authorizer } = ownStack({ flushedStages });
    addHttpApi(stack, authorizer);
    expect(() => Template.fromStack(stack)).toThrow('12 stages would be flushed; expected at most 10');
  });
});

describe('the shared cache', () => {
  it('is a table that deletes what has expired, and a secret that seals it', () => {
    const { api } = templates();
    api.hasResourceProperties('AWS::DynamoDB::Table', {
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      TimeToLiveSpecification: { AttributeName: 'expires', Enabled: true },
      BillingMode: 'PAY_PER_REQUEST',
    });
    api.hasResource('AWS::SecretsManager::Secret', {
      DeletionPolicy: 'Delete',
      Properties: { GenerateSecretString: { PasswordLength: 64, ExcludePunctuation: true } },
    });
  });

  it('does not exist if it is turned off', () => {
    const { api } = templates({ sharedCache: false });
    api.resourceCountIs('AWS::SecretsManager::Secret', 0);
    api.resourceCountIs('AWS::DynamoDB::Table', 1);
  });
});

describe('the function of the authorizer', () => {
  it('has the memory and the processor of the configuration', () => {
    const { api } = templates({ memorySize: 1024, architecture: 'x86_64' });
    api.hasResourceProperties('AWS::Lambda::Function', {
      Description: Match.stringLikeRegexp('Decides who'),
      MemorySize: 1024,
      Architectures: ['x86_64'],
    });
  });

  it('has environments that are kept ready under an alias, which the APIs call and which waits for its secrets', () => {
    const { stack, authorizer } = ownStack({ provisionedConcurrency: 2, architecture: Architecture.X86_64 });
    addHttpApi(stack, authorizer);
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::Lambda::Alias', {
      Name: 'live',
      ProvisionedConcurrencyConfig: { ProvisionedConcurrentExecutions: 2 },
    });
    template.hasResourceProperties('AWS::Lambda::Function', { Handler: 'provisioned.handler' });
    template.hasResourceProperties('AWS::ApiGatewayV2::Authorizer', {
      AuthorizerUri: Match.objectLike({ 'Fn::Join': Match.anyValue() }),
    });
    expect(authorizer.alias?.aliasName).toBe('live');
  });

  it('has no alias and no such environments by default', () => {
    templates().api.resourceCountIs('AWS::Lambda::Alias', 0);
  });

  it.each([
    ['memorySize', { memorySize: 100 }, 'memorySize: got 100; expected whole megabytes from 128 to 10240'],
    ['provisionedConcurrency', { provisionedConcurrency: -1 }, 'provisionedConcurrency: got -1'],
    ['revocationInterval', { revocationInterval: Duration.minutes(2) }, 'revocationInterval: got 120'],
    ['maxJwtLifetime', { maxJwtLifetime: Duration.seconds(1) }, 'maxJwtLifetime: got 1'],
  ])('is not created with a wrong %s', (_, options, message) => {
    expect(() => ownStack(options)).toThrow(`Own/Authorizer: ${message}`);
  });

  it('is not created with an event bus of another account or Region', () => {
    const stack = new Stack(appWithFlags(), 'Own', { env: { account: '111122223333', region: 'eu-west-1' } });
    const signingKey = new SigningKey(stack, 'SigningKey');
    const arn = 'arn:aws:events:us-east-1:999999999999:event-bus/aws.partner/auth0.com/tenant/auth0.logs';
    const logEventBus = EventBus.fromEventBusArn(stack, 'Bus', arn);
    expect(() => new AuthorizerFunction(stack, 'Authorizer', { ...TENANT, signingKey, logEventBus })).toThrow(
      'logEventBus: got a bus in account 999999999999 and Region us-east-1; expected one in the account',
    );
  });
});
