/** The construct that wires all others, in somebody's own stack. */
import { Duration, type Stack, Stack as StackClass } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { MockIntegration, RestApi } from 'aws-cdk-lib/aws-apigateway';
import { AccountRootPrincipal, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { describe, expect, it } from 'vitest';
import { Auth0Authorizer } from '../../lib/auth0-authorizer.ts';
import type { Auth0AuthorizerProps } from '../../lib/auth0-authorizer-props.ts';
import { unauthorizedChallenge } from '../../src/config/challenges.ts';
import { appWithFlags } from '../support/infra/synthesize.ts';

const TENANT = { issuer: 'https://tenant.auth0.com/', audience: 'https://my.api' };
const ROUTES = { 'GET /orders': ['read:orders'] };

function construct(props: Partial<Auth0AuthorizerProps> = {}, isManaged = true) {
  const stack = new StackClass(appWithFlags(), 'Own');
  const managementSecret = isManaged ? Secret.fromSecretNameV2(stack, 'Management', 'auth0/management') : undefined;
  return { stack, auth: new Auth0Authorizer(stack, 'Auth', { ...TENANT, managementSecret, ...props }) };
}

function typesOf(stack: Stack): ReadonlySet<string> {
  const { Resources } = Template.fromStack(stack).toJSON();
  return new Set(Object.values<{ Type: string }>(Resources).map(({ Type }) => Type));
}

describe('the construct for the common case', () => {
  it('needs three lines: the set-up, the key, its rotation and alarms are inside', () => {
    const { stack, auth } = construct();
    const method = new RestApi(stack, 'Api').root.addResource('orders').addMethod('GET', new MockIntegration());
    auth.protect(method, ['read:orders']);
    expect(typesOf(stack)).toEqual(
      new Set([...typesOf(stack), 'Custom::SigningKey', 'Custom::Auth0ResourceServer', 'Custom::Auth0ClientGrant']),
    );
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::ApiGateway::Method', { HttpMethod: 'GET', AuthorizationType: 'CUSTOM' });
    template.hasResourceProperties('AWS::SecretsManager::RotationSchedule', {
      RotationRules: { AutomaticallyAfterDays: 90 },
    });
    template.resourceCountIs('AWS::CloudWatch::Alarm', 7);
    expect(Object.keys(template.findOutputs('*'))).toContainEqual(expect.stringMatching(/^AuthWarnings/));
  });

  it('tells the tenant the scopes of all routes, also of those that are protected later', () => {
    const { stack, auth } = construct({ routes: ROUTES });
    const method = new RestApi(stack, 'Api').root.addMethod('POST', new MockIntegration());
    auth.protect(method, { anyOf: ['create:orders', 'admin'] });
    Template.fromStack(stack).hasResourceProperties('Custom::Auth0ResourceServer', {
      Scopes: ['admin', 'create:orders', 'read:orders'],
    });
  });

  it('sets nothing up without a management secret', () => {
    const { stack, auth } = construct({ routes: ROUTES }, false);
    expect([auth.setup, auth.rotation, auth.rotationAlarms]).toEqual([undefined, undefined, undefined]);
    expect([...typesOf(stack)].filter((type) => type.startsWith('Custom::'))).toEqual(['Custom::SigningKey']);
  });

  it.each([
    ['setup', { setup: {} }],
    ['rotateAfter', { rotateAfter: Duration.days(1) }],
  ])('refuses %s without a management secret', (name, props) => {
    expect(() => construct({ routes: ROUTES, ...props }, false)).toThrow(
      `Own/Auth: ${name}: requires managementSecret`,
    );
  });

  it('sets up no server that is not Auth0', () => {
    const authorizationServer = {
      jwksUrl: 'https://idp.example/jwks',
      introspectionUrl: 'https://idp.example/introspect',
    };
    const props = { routes: ROUTES, issuer: 'https://idp.example', authorizationServer };
    expect(() => construct(props)).toThrow('Own/Auth: authorizationServer: only an Auth0 tenant can be set up.');
    expect(construct({ ...props, serveJwks: true }, false).auth.jwks?.url).toBeDefined();
  });

  it('serves the JWKS if the key is delivered by URL, and gives its URL to the tenant', () => {
    const { stack, auth } = construct({ routes: ROUTES, setup: { keyDelivery: 'verificationLocation' } });
    expect(auth.jwks?.url).toBeDefined();
    Template.fromStack(stack).hasResourceProperties('Custom::Auth0ResourceServer', { JwksUrl: Match.anyValue() });
    expect(construct({ routes: ROUTES }).auth.jwks).toBeUndefined();
    expect(construct({ routes: ROUTES, serveJwks: true }).auth.jwks).toBeDefined();
  });

  it('names the construct in every error about a prop', () => {
    expect(() => construct({ routes: ROUTES, issuer: 'http://tenant' })).toThrow(/^Own\/Auth\/Authorizer: The CONFIG/);
    expect(() => construct({ rotateAfter: Duration.days(2000) })).toThrow(
      /^Own\/Auth\/KeyRotation: automaticallyAfter/,
    );
    expect(() => construct({ jwksMaxAge: Duration.hours(2) })).toThrow(/^Own\/Auth\/KeyRotation: jwksMaxAge/);
    expect(() => construct({ setup: { keyFormat: 'pem' as 'jwk' } })).toThrow(/^Own\/Auth\/Setup: keyFormat/);
  });

  it('sends its own responses for an API', () => {
    const { stack, auth } = construct({ routes: ROUTES });
    const restApi = new RestApi(stack, 'Api');
    auth.protect(restApi.root.addMethod('GET', new MockIntegration()), []);
    auth.addGatewayResponses(restApi);
    Template.fromStack(stack).hasResourceProperties('AWS::ApiGateway::GatewayResponse', {
      ResponseType: 'UNAUTHORIZED',
    });
  });

  it.each([
    ['only Bearer by default', {}, {}, false],
    ['Basic first for basicTokenUsers', { basicTokenUsers: ['token'] }, {}, 'first'],
    ['only Bearer if the responses say so', { basicTokenUsers: ['token'] }, { basicChallenge: false }, false],
    ['Basic too if the responses say so', {}, { basicChallenge: true }, true],
  ] as const)('offers in a 401 %s', (_, props, options, offersBasic) => {
    const { stack, auth } = construct({ routes: ROUTES, ...props });
    const restApi = new RestApi(stack, 'Api');
    auth.protect(restApi.root.addMethod('GET', new MockIntegration()), []);
    auth.addGatewayResponses(restApi, options);
    Template.fromStack(stack).hasResourceProperties('AWS::ApiGateway::GatewayResponse', {
      ResponseType: 'UNAUTHORIZED',
      ResponseParameters: Match.objectLike({
        'gatewayresponse.header.WWW-Authenticate': `'${unauthorizedChallenge({ audience: 'https://my.api', basicChallenge: offersBasic })}'`,
      }),
    });
  });

  it('lets an API that CDK does not know call the function', () => {
    const { stack, auth } = construct({ routes: ROUTES });
    auth.grantInvoke(new ServicePrincipal('apigateway.amazonaws.com'));
    Template.fromStack(stack).hasResourceProperties('AWS::Lambda::Permission', {
      Principal: 'apigateway.amazonaws.com',
    });
  });

  it('lets an operator call the function that revokes the key', () => {
    const { stack, auth } = construct({ routes: ROUTES });
    auth.rotation?.grantInvoke(new Role(stack, 'Operator', { assumedBy: new AccountRootPrincipal() }));
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: { Statement: [Match.objectLike({ Action: 'lambda:InvokeFunction', Effect: 'Allow' })] },
    });
  });

  it('has the metrics of its authorizer', () => {
    const { auth } = construct({ routes: ROUTES });
    expect(auth.metricDecisions()).toEqual(auth.authorizer.metricDecisions());
    expect(auth.metricDecisions().dimensions).toEqual({ audience: 'https://my.api' });
  });
});
